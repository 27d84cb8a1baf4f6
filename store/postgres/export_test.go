package postgres

// Translate is translate, for the tests that explain queries.
var Translate = translate
