package session

import "slices"

// StorageState is what is captured of a logged-in browser, in Playwright's format
// (playwright-core 1.65, BrowserContext.storageState), so that it can be handed to
// browser.newContext. It is a secret as a whole: keep it sealed.
type StorageState struct {
	Cookies []Cookie `json:"cookies"`
	Origins []Origin `json:"origins"`
}

// Empty reports whether nothing was captured: no cookie, and no storage of any origin. Databases without a record are
// nothing: applications make them before anybody logs in.
func (s StorageState) Empty() bool {
	return len(s.Cookies) == 0 && !slices.ContainsFunc(s.Origins, func(o Origin) bool {
		return len(o.LocalStorage) > 0 || slices.ContainsFunc(o.IndexedDB, Database.hasRecords)
	})
}

// Cookie is one cookie of a storage state.
type Cookie struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Domain string `json:"domain"`
	Path   string `json:"path"`
	// Expires is in seconds since 1970, or -1 for a session cookie.
	Expires  float64 `json:"expires"`
	HTTPOnly bool    `json:"httpOnly"`
	Secure   bool    `json:"secure"`
	// SameSite is "Strict", "Lax" or "None".
	SameSite string `json:"sameSite"`
	// PartitionKey is the top-level site of a partitioned cookie (CHIPS).
	PartitionKey string `json:"partitionKey,omitempty"`
	// CrossSiteAncestor is Playwright's name for the second half of the key.
	CrossSiteAncestor *bool `json:"_crHasCrossSiteAncestor,omitempty"` //nolint:tagliatelle // Playwright's name
}

// Origin is the web storage of one origin.
type Origin struct {
	Origin       string        `json:"origin"`
	LocalStorage []StorageItem `json:"localStorage"`
	IndexedDB    []Database    `json:"indexedDB,omitempty"` //nolint:tagliatelle // Playwright's name
}

// StorageItem is one entry of web storage.
type StorageItem struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// String keeps a storage state out of logs and errors.
func (s StorageState) String() string { return Redacted }

// GoString keeps a storage state out of logs and errors.
func (s StorageState) GoString() string { return Redacted }
