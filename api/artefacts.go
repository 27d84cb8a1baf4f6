package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/api/contract"
	"github.com/anteroom/anteroom/store"
)

// artefactTypes are the media types that a browser may be told; anything else is bytes.
var artefactTypes = map[string]bool{"application/json": true, "image/png": true}

// ListArtefacts lists what an operation left for people.
func (n *native) ListArtefacts(c *gin.Context, workspaceID, operationID string) {
	found, err := n.service.Artefacts(c.Request.Context(), store.Ref{Workspace: workspaceID, Operation: operationID})
	if err != nil {
		_ = c.Error(err)
		return
	}
	list := make([]contract.Artefact, 0, len(found)) // [], never null
	for _, a := range found {
		list = append(list, contract.Artefact{Name: a.Name, MediaType: a.MediaType, CreatedAt: contract.FromTime(a.At)})
	}
	c.JSON(http.StatusOK, list)
}

// GetArtefact returns the bytes of one of them.
func (n *native) GetArtefact(c *gin.Context, workspaceID, operationID, artefactName string) {
	mediaType, data, err := n.service.Artefact(c.Request.Context(), store.Ref{Workspace: workspaceID, Operation: operationID}, artefactName)
	if err != nil {
		_ = c.Error(err)
		return
	}
	if !artefactTypes[mediaType] {
		mediaType = "application/octet-stream"
	}
	c.Data(http.StatusOK, mediaType, data)
}
