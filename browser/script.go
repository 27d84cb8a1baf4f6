package browser

import (
	_ "embed"
	"strings"
)

// worldName names the isolated world of our script in each document.
const worldName = "anteroom"

// mutationBinding is the function by which the script reports mutations; it exists in our world only.
const mutationBinding = "anteroomMutation"

// mutatedText is what it reports where contents changed, and not only attributes.
const mutatedText = "text"

var (
	//go:embed js/dom.js
	scriptDOM string
	//go:embed js/visible.js
	scriptVisible string
	//go:embed js/name.js
	scriptName string
	//go:embed js/surroundings.js
	scriptSurroundings string
	//go:embed js/model.js
	scriptModel string
	//go:embed js/observe.js
	scriptObserve string
	//go:embed js/act.js
	scriptAct string
	//go:embed js/boxes.js
	scriptBoxes string
	//go:embed js/find.js
	scriptFind string
	//go:embed js/picture.js
	scriptPicture string
	//go:embed js/storage.js
	scriptStorage string
	//go:embed js/values.js
	scriptValues string
	//go:embed js/databases.js
	scriptDatabases string
)

// pageScript is what runs at the start of each document, in one scope of the isolated world. hasOwn, because a page
// may name an element "anteroom".
var pageScript = "(() => {'use strict'; if (Object.hasOwn(globalThis, 'anteroom')) return; const A = {};\n" +
	strings.Join([]string{
		scriptDOM, scriptVisible, scriptName, scriptSurroundings, scriptModel, scriptObserve, scriptAct, scriptBoxes,
		scriptFind, scriptPicture, scriptStorage, scriptValues, scriptDatabases,
	}, "\n") +
	"\nObject.defineProperty(globalThis, 'anteroom', {value: Object.freeze(A)}); })()"
