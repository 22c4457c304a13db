module sixin.example/backend

go 1.19

require (
	gopkg.in/validator.v2 v2.0.1
	sixin.example/client v0.0.0
)

replace sixin.example/client => ./client

// The generated client asks for rules in tags, and our document makes it none.
replace gopkg.in/validator.v2 => ./validator
