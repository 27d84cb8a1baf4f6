// Package jsonbody reads the JSON bodies of requests so that every fault of theirs is a sentence: where the JSON breaks,
// which field has the wrong type, which field is not known.
//
// encoding/json alone matches field names without regard to case, replaces broken UTF-8 silently (in a password, too) and
// quotes values in its errors; this package does none of that.
//
// The package imports api/service for its errors; never Gin.
package jsonbody
