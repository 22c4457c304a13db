"""Reads compose files by the Compose Specification; names what is wrong with one."""
import sys

import yaml
from compose_spec import ComposeSpecification

for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        ComposeSpecification.model_validate(yaml.safe_load(file))
