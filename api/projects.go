package api

import (
	"encoding/json"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/anteroom/anteroom/api/contract"
	"github.com/anteroom/anteroom/api/jsonbody"
	"github.com/anteroom/anteroom/api/service"
	"github.com/anteroom/anteroom/session"
)

// ListProjects lists the projects of a workspace.
func (n *native) ListProjects(c *gin.Context, workspaceID string) {
	projects, err := n.service.Projects(c.Request.Context(), workspaceID)
	if err != nil {
		_ = c.Error(err)
		return
	}
	list := contract.ProjectList{Projects: make([]contract.Project, 0, len(projects))}
	for _, p := range projects {
		list.Projects = append(list.Projects, contract.FromProject(p))
	}
	c.JSON(http.StatusOK, list)
}

// GetProject returns one project.
func (n *native) GetProject(c *gin.Context, workspaceID, projectName string) {
	p, err := n.service.Project(c.Request.Context(), service.Scope{Workspace: workspaceID, Project: projectName})
	if err != nil {
		_ = c.Error(err)
		return
	}
	c.JSON(http.StatusOK, contract.FromProject(p))
}

// PutProject creates (201) or replaces (200) a project.
func (n *native) PutProject(c *gin.Context, workspaceID, projectName string) {
	body, err := jsonbody.Read(c.Request)
	if err != nil {
		_ = c.Error(err)
		return
	}
	p, err := decodeProject(body, projectName)
	if err != nil {
		_ = c.Error(err)
		return
	}
	p.Workspace = workspaceID
	stored, created, err := n.service.PutProject(c.Request.Context(), p)
	if err != nil {
		_ = c.Error(err)
		return
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	c.JSON(status, contract.FromProject(stored))
}

// DeleteProject removes a project without sessions.
func (n *native) DeleteProject(c *gin.Context, workspaceID, projectName string) {
	if err := n.service.DeleteProject(c.Request.Context(), service.Scope{Workspace: workspaceID, Project: projectName}); err != nil {
		_ = c.Error(err)
		return
	}
	c.Status(http.StatusNoContent)
}

// decodeProject reads a project's document. The name may be left out, as the path has it. What a GET adds (version, updatedAt)
// may be sent back and is ignored; any other field that is not known is refused.
func decodeProject(body []byte, name string) (session.Project, error) {
	p := session.Project{Name: name}
	var otp, recipe, version, updatedAt json.RawMessage
	err := jsonbody.Refuse(body, "", jsonbody.Fields{
		"name": &p.Name, "loginUrl": &p.LoginURL, "allowedHosts": &p.AllowedHosts, "checkUrl": &p.CheckURL, "loggedIn": &p.LoggedIn,
		"browser": (*string)(&p.Browser), "otp": &otp, "signInWith": &p.SignInWith,
		"consent": (*string)(&p.Consent), "terms": (*string)(&p.Terms), "remember": (*string)(&p.Remember),
		"identityProviders": &p.IdentityProviders, "loadMedia": &p.LoadMedia, "maxPages": &p.MaxPages, "onBrowserLost": (*string)(&p.OnBrowserLost),
		"recipe": &recipe, "version": &version, "updatedAt": &updatedAt,
	})
	if err != nil {
		return session.Project{}, err
	}
	if err := jsonbody.Refuse(otp, "otp.", jsonbody.Fields{"wait": &p.OTP.Wait, "prefer": &p.OTP.Prefer}); err != nil {
		return session.Project{}, err
	}
	if err := jsonbody.Document(recipe, "recipe", &p.Recipe); err != nil {
		return session.Project{}, err
	}
	if p.Name != name {
		return session.Project{}, service.NewFieldError("name", "is not the name in the path; leave it out or make them equal")
	}
	return p, nil
}
