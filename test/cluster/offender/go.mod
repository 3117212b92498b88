module fireaxe.test/offender

go 1.24.0
