package browser

import (
	"context"
	"encoding/base64"
	"fmt"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"

	"github.com/anteroom/anteroom/session"
)

// keyring holds the passkeys of a page and puts them into a virtual authenticator of each of its windows: Chromium keeps
// one set for each window. It is safe for use by several goroutines.
type keyring struct {
	mu   sync.Mutex // guards everything below
	keys []session.Passkey
	// authenticators holds the authenticator of each window.
	authenticators map[*tab]webauthn.AuthenticatorID
	// changed is true when a key was used or made since the page's own window last saw them all.
	changed bool
}

func newKeyring(keys []session.Passkey) *keyring {
	return &keyring{keys: append([]session.Passkey{}, keys...), authenticators: map[*tab]webauthn.AuthenticatorID{}}
}

// install gives the window an authenticator with all keys: one that belongs to the device, knows its user and answers
// at once (WebAuthn level 3, section 11).
func (k *keyring) install(ctx context.Context, t *tab) error {
	if err := do(ctx, t, t.own, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		return err
	}
	res, err := call(ctx, t, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{
		Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		},
	})
	if err != nil {
		return err
	}
	k.mu.Lock()
	k.authenticators[t] = res.AuthenticatorID
	keys := append([]session.Passkey{}, k.keys...)
	k.mu.Unlock()
	for _, key := range keys {
		if err := addCredential(ctx, t, res.AuthenticatorID, key); err != nil {
			return err
		}
	}
	return nil
}

// credential is webauthn.Credential without the members that Chromium refuses in a credential it is given.
type credential struct {
	CredentialID         string `json:"credentialId"`
	IsResidentCredential bool   `json:"isResidentCredential"`
	RPID                 string `json:"rpId,omitempty"`
	PrivateKey           string `json:"privateKey"`
	UserHandle           string `json:"userHandle,omitempty"`
	SignCount            int64  `json:"signCount"`
	UserName             string `json:"userName,omitempty"`
	UserDisplayName      string `json:"userDisplayName,omitempty"`
}

type addCredentialParams struct {
	AuthenticatorID webauthn.AuthenticatorID `json:"authenticatorId"`
	Credential      credential               `json:"credential"`
}

func addCredential(ctx context.Context, t *tab, id webauthn.AuthenticatorID, key session.Passkey) error {
	add := cdp.Command[addCredentialParams, cdp.Empty]{Method: webauthn.AddCredential.Method}
	err := do(ctx, t, t.own, add, addCredentialParams{AuthenticatorID: id, Credential: credential{
		CredentialID: key.CredentialID, IsResidentCredential: key.IsResidentCredential, RPID: key.RPID,
		PrivateKey: key.PrivateKey.Reveal(), UserHandle: key.UserHandle, SignCount: key.SignCount,
		UserName: key.UserName, UserDisplayName: key.UserDisplayName,
	}})
	if err != nil {
		return fmt.Errorf("add a passkey: %w", err)
	}
	return nil
}

// observe takes an event of any window: what a key was used for is known at once, also when the window closes then.
func (k *keyring) observe(ev any) {
	switch ev := ev.(type) {
	case *webauthn.EventCredentialAsserted:
		k.note(ev.Credential)
	case *webauthn.EventCredentialAdded:
		k.note(ev.Credential)
	}
}

// note keeps the highest sign count of a key, and a key that is new.
func (k *keyring) note(c *webauthn.Credential) {
	if c == nil {
		return
	}
	now := passkeyOf(c)
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range k.keys {
		if have := &k.keys[i]; have.CredentialID == now.CredentialID {
			k.changed = k.changed || now.SignCount > have.SignCount
			have.SignCount = max(have.SignCount, now.SignCount)
			return
		}
	}
	k.keys = append(k.keys, now)
	k.changed = true
}

func passkeyOf(c *webauthn.Credential) session.Passkey {
	encode := base64.StdEncoding.EncodeToString
	return session.Passkey{
		CredentialID: encode(c.CredentialID), IsResidentCredential: c.IsResidentCredential, RPID: c.RpID,
		PrivateKey: session.NewSecret(encode(c.PrivateKey)), UserHandle: encode(c.UserHandle), SignCount: int64(c.SignCount),
		UserName: c.UserName, UserDisplayName: c.UserDisplayName,
	}
}

// read asks the window's authenticator for its keys.
func (k *keyring) read(ctx context.Context, t *tab) error {
	k.mu.Lock()
	id, ok := k.authenticators[t]
	k.mu.Unlock()
	if !ok {
		return nil
	}
	res, err := call(ctx, t, webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: id})
	if err != nil {
		return fmt.Errorf("read the passkeys: %w", err)
	}
	for _, c := range res.Credentials {
		k.note(c)
	}
	return nil
}

// all returns the keys as they are known.
func (k *keyring) all() []session.Passkey {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]session.Passkey{}, k.keys...)
}

// forget drops the authenticator of a window that closed, and reports whether other windows must learn of its keys.
func (k *keyring) forget(t *tab) bool {
	if k == nil {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.authenticators, t)
	changed := k.changed
	k.changed = false
	return changed
}

// refresh puts the keys into the window's authenticator again: its sign counts would go back.
func (k *keyring) refresh(ctx context.Context, t *tab) error {
	k.mu.Lock()
	id, ok := k.authenticators[t]
	keys := append([]session.Passkey{}, k.keys...)
	k.mu.Unlock()
	if !ok {
		return nil
	}
	if err := do(ctx, t, t.own, webauthn.ClearCredentials, webauthn.ClearCredentialsParams{AuthenticatorID: id}); err != nil {
		return err
	}
	for _, key := range keys {
		if err := addCredential(ctx, t, id, key); err != nil {
			return err
		}
	}
	return nil
}

// Passkeys returns the passkeys that the page was made with and those made in it since, with their sign counts as they
// are now; none without PageOptions.Passkeys. They hold private keys: seal them. When the page is lost they are as they
// were last heard of, and the error is login.ErrPageLost.
func (p *Page) Passkeys(ctx context.Context) ([]session.Passkey, error) {
	k := p.own.keys()
	if k == nil {
		return nil, nil
	}
	err := k.read(ctx, p.own)
	return k.all(), err
}
