package jsonbody

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"unicode/utf8"

	"github.com/anteroom/anteroom/api/service"
)

// Read reads the whole body of r. An empty body gives nil whatever its content type is; any other must be
// application/json, or name no type, and hold UTF-8. The caller bounds the body with [http.MaxBytesReader].
// Errors: BadRequest, TooLarge, MediaType.
func Read(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, readError(err)
	}
	if len(body) == 0 {
		return nil, nil
	}
	if !isJSON(r.Header.Get("Content-Type")) {
		return nil, service.NewError(service.MediaType, "media-type", "the body must be JSON, sent with content-type: application/json")
	}
	if !utf8.Valid(body) {
		return nil, service.NewError(service.BadRequest, "malformed-json", "the body is not UTF-8; JSON is")
	}
	return body, nil
}

func isJSON(contentType string) bool {
	if contentType == "" {
		return true
	}
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && mediaType == "application/json"
}

func readError(err error) error {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return TooLarge(tooLarge.Limit)
	}
	return service.NewError(service.BadRequest, "body-incomplete", "the body could not be read to its end; send it again")
}

// TooLarge is the error for a body of more than limit bytes.
func TooLarge(limit int64) error {
	return service.NewError(service.TooLarge, "body-too-large", "the body is too large; it may have %d bytes", limit)
}
