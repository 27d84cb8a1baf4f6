package commands_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

const artefacts = "GET " + base + "/operations/op_1/artefacts"

func artefactList(names ...string) []any {
	list := []any{}
	for _, name := range names {
		list = append(list, object{"name": name, "mediaType": "image/png", "createdAt": "2026-03-01T12:00:00Z"})
	}
	return list
}

func TestArtefacts_AreListed(t *testing.T) {
	t.Parallel()
	f := newAPI(t).on(artefacts, http.StatusOK, artefactList("page-1.png"))
	e := f.run("", "operations", "artefacts", "op_1")
	require.Zero(t, e.code, e.err)
	require.Regexp(t, `^ARTEFACT +TYPE +CREATED\npage-1.png  image/png  2026-`, e.out)
	require.Equal(t, artefactList("page-1.png"), f.run("", "operations", "artefacts", "op_1", "--json").decode(t))
	require.Equal(t, 5, f.run("", "operations", "artefacts", "op_9").code)
	require.Equal(t, 2, f.run("", "operations", "artefacts").code)
}

func TestArtefacts_AreSavedForTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	f := newAPI(t).on(artefacts, http.StatusOK, artefactList("page-1.json", "page-2.json")).
		on(artefacts+"/page-1.json", http.StatusOK, object{"title": "one"}).on(artefacts+"/page-2.json", http.StatusOK, object{"title": "two"})
	folder := filepath.Join(t.TempDir(), "new", "folder")
	e := f.run("", "operations", "artefacts", "op_1", "--save", folder, "--json")
	require.Zero(t, e.code, e.err)
	require.Equal(t, object{"files": []any{filepath.Join(folder, "page-1.json"), filepath.Join(folder, "page-2.json")}}, e.decode(t))
	saved, err := os.ReadFile(filepath.Join(folder, "page-2.json"))
	require.NoError(t, err)
	require.JSONEq(t, `{"title":"two"}`, string(saved))
	info, err := os.Stat(filepath.Join(folder, "page-2.json"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestArtefacts_WhoseNameLeavesTheFolder_AreNotSaved(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"../evil", "/tmp/evil", "..", "a/b", ""} {
		folder := t.TempDir()
		f := newAPI(t).on(artefacts, http.StatusOK, artefactList(name))
		e := f.run("", "operations", "artefacts", "op_1", "--save", filepath.Join(folder, "inner"))
		require.Equal(t, 1, e.code, name)
		require.Contains(t, e.err, "no file name")
		require.Len(t, f.asked, 1, "nothing is fetched")
	}
}

func TestAnswer_OfAQuestionWithAPicture_SavesItAndSaysWhere(t *testing.T) {
	t.Parallel()
	f := asked(t, unknownQuestion()).on(artefacts+"/page-1.png", http.StatusOK, "the picture")
	e := f.run("4711\n\n", "answer", "op_1")
	require.Zero(t, e.code, e.err)
	found := regexp.MustCompile(`The page is shown in (\S+\.png)\n`).FindStringSubmatch(e.err)
	require.Len(t, found, 2, e.err)
	t.Cleanup(func() { require.NoError(t, os.Remove(found[1])) })
	saved, err := os.ReadFile(found[1])
	require.NoError(t, err)
	require.Contains(t, string(saved), "the picture")

	e = asked(t, unknownQuestion()).run("4711\n\n", "answer", "op_1")
	require.Zero(t, e.code, "without its picture it is asked all the same: %s", e.err)
	require.Contains(t, e.err, "could not be saved")
}
