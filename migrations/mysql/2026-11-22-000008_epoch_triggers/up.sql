-- Nothing on MySQL: a trigger needs a privilege that an application's user often lacks.
DO 0;
