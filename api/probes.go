package api

import (
	_ "embed"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/api/contract"
)

//go:embed openapi.yaml
var spec []byte

// GetHealth says that the process answers.
func (n *native) GetHealth(c *gin.Context) {
	c.JSON(http.StatusOK, contract.Health{Status: contract.HealthStatusOk})
}

// GetReadiness says whether what the process needs can be used, and what of it cannot.
func (n *native) GetReadiness(c *gin.Context) {
	c.JSON(n.ready.answer(c.Writer, c.Request))
}

// GetVersion says which version this is.
func (n *native) GetVersion(c *gin.Context) {
	c.JSON(http.StatusOK, contract.Version{Version: n.config.Version})
}

// GetSpec returns openapi.yaml.
func (n *native) GetSpec(c *gin.Context) {
	c.Data(http.StatusOK, "application/yaml", spec)
}
