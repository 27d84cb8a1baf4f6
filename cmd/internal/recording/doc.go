// Package recording writes a recipe from what detection did in a login:
//
//	login.Run ──▶ Page (notes each act with a target that names the control alone) ──▶ browser page
//	                └─ Recipe ──▶ YAML
//
// It notes where values went, never a value. The package imports login, session and a YAML library.
package recording
