// Package vault seals what must not be readable at rest: credentials, answers, storage states and the payloads that
// Temporal keeps in its histories.
//
//	key file ─▶ Vault ─▶ Seal / Open      values in the store, bound to workspace, kind and row
//	                  ├▶ DeriveID         keyed, repeatable ids: questions, accounts, credentials
//	                  ├▶ Converters       Temporal payloads and failures
//	                  └▶ NewDecodeHandler reads payloads back for the Temporal UI
//
// The key file holds two Tink keysets in clear text, protected by its file mode (0600) only: whoever can read it can
// open everything, so it belongs into a backup that is kept apart from the database's.
//
// Values are sealed with the keyset directly (AES-256-GCM, random 96-bit nonce). A data key per value would add a
// second ciphertext to each row and protect nothing more as long as the keyset lies in a local file: rotation keeps
// old keys for opening, and one key seals 2^32 values before the nonces need a thought (NIST SP 800-38D, 8.3).
//
// The package may import session, Tink, and of Temporal the SDK's converter and failure types and the API's payloads.
// It never imports gin or chromedp.
package vault
