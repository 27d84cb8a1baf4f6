package login_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/login"
)

// twoForms is a page with two login forms that nothing tells apart but the names of their fields.
func twoForms() login.PageModel {
	m := said("Log in", "",
		typed("user 1", "text", "Customer number"), typed("pass 1", "password", "Password"), pressed("go 1", "Log in"),
		typed("user 2", "text", "Member ID"), typed("pass 2", "password", "Password"), pressed("go 2", "Log in"))
	for i := range m.Controls {
		c := &m.Controls[i]
		c.Form = 1 + i/3
		c.Name = []string{"a", "b", "", "c", "d", ""}[i]
	}
	return m
}

func wayOf(controls ...login.Control) *login.Way {
	step := login.WayStep{Class: login.ClassIdentifierPassword, Fields: map[login.Role]string{
		login.RoleIdentifier: login.FieldSignature(&controls[0]), login.RolePassword: login.FieldSignature(&controls[1]),
	}}
	if len(controls) > 2 {
		step.Used = login.FieldSignature(&controls[2])
	}
	return &login.Way{Steps: []login.WayStep{step}}
}

func TestClassify_WhenTwoFormsTie_TakesTheOneThatWorkedBefore(t *testing.T) {
	t.Parallel()
	m := twoForms()
	require.Equal(t, login.ClassAmbiguous, login.Classify(&m, login.History{}).Class)
	c := login.Classify(&m, login.History{Way: wayOf(m.Controls[3:]...)})
	require.Equal(t, login.ClassIdentifierPassword, c.Class)
	require.Equal(t, "user 2", c.Field(login.RoleIdentifier).Control.Ref)
	require.Equal(t, "go 2", refOf(c.Submit))

	both := login.Way{Steps: append(wayOf(m.Controls[:3]...).Steps, wayOf(m.Controls[3:]...).Steps...)}
	require.Equal(t, login.ClassAmbiguous, login.Classify(&m, login.History{Way: &both}).Class)
}

func TestClassify_WhenTwoFieldsTie_TakesTheOneThatWasUsedBefore(t *testing.T) {
	t.Parallel()
	m := said("Log in", "", typed("a", "text", "User name (old system)"), typed("b", "text", "User name (new system)"), pressed("go", "Next"))
	require.Equal(t, login.ClassAmbiguous, login.Classify(&m, login.History{}).Class)
	way := &login.Way{Steps: []login.WayStep{{Fields: map[login.Role]string{login.RoleIdentifier: login.FieldSignature(&m.Controls[1])}}}}
	c := login.Classify(&m, login.History{Way: way})
	require.Equal(t, login.ClassIdentifier, c.Class)
	require.Equal(t, "b", c.Field(login.RoleIdentifier).Control.Ref)
}

func TestClassify_WhenTheWaySaysOtherwise_KeepsClearDecisionsAndVetoes(t *testing.T) {
	t.Parallel()
	trap := typed("trap", "text", "Leave this field empty")
	m := said("Log in", "", trap, typed("user", "email", "E-mail"), typed("pass", "password", "Password"), pressed("go", "Log in"))
	c := login.Classify(&m, login.History{Way: wayOf(m.Controls[0], m.Controls[2])})
	require.Equal(t, "user", c.Field(login.RoleIdentifier).Control.Ref)

	m = said("Log in", "", typed("user", "text", "User name"), typed("pass", "password", "Password"), pressed("go", "Log in"), beside("new", "Register"))
	c = login.Classify(&m, login.History{Way: wayOf(m.Controls[0], m.Controls[1], m.Controls[3])})
	require.Equal(t, "go", refOf(c.Submit))
}

func TestClassify_WhenTwoButtonsTie_TakesTheOneThatWasUsedBefore(t *testing.T) {
	t.Parallel()
	m := said("Log in", "", typed("user", "text", "User name"), typed("pass", "password", "Password"), pressed("go", "Log in"), pressed("go as", "Log in as a guest"))
	require.Equal(t, "go", refOf(login.Classify(&m, login.History{}).Submit))
	// Neither is the nearest.

	m.Controls[3].Box.Y = 0
	m.Controls[2].Box.Y = 0
	c := login.Classify(&m, login.History{Way: wayOf(m.Controls[0], m.Controls[1], m.Controls[3])})
	require.Equal(t, "go as", refOf(c.Submit))
}

func TestFieldSignature_IsTheSameOnEveryLoad(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]login.Control{
		{{Kind: login.ControlField, Type: "text", Name: "user1", Label: "User name", ElementID: "x1"}, {Kind: login.ControlField, Type: "text", Name: "user2", Label: "User  name:", ElementID: "y9", Filled: true, Ref: "7"}},
		{{Type: "password", Name: "f8a3c9d1"}, {Type: "password", Name: "b7e2f4a0"}},
		{{Type: "text", Autocomplete: "section-a username webauthn"}, {Type: "text", Autocomplete: "username"}},
	} {
		require.Equal(t, login.FieldSignature(&pair[0]), login.FieldSignature(&pair[1]))
	}
	for _, pair := range [][2]login.Control{
		{{Type: "text", Name: "user"}, {Type: "text", Name: "partner"}},
		{{Type: "text", Label: "User name"}, {Type: "text", Label: "E-mail"}},
		{{Type: "text"}, {Type: "password"}},
		{{Kind: login.ControlButton, Text: "Log in"}, {Kind: login.ControlButton, Text: "Register"}},
	} {
		require.NotEqual(t, login.FieldSignature(&pair[0]), login.FieldSignature(&pair[1]))
	}
}
