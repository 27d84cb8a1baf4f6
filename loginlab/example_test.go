package loginlab_test

import (
	"fmt"
	"net/http/httptest"

	"github.com/anteroom/anteroom/loginlab"
)

// The two handlers need each other's address, so the servers get theirs first.
func ExampleNew() {
	server, other := httptest.NewUnstartedServer(nil), httptest.NewUnstartedServer(nil)
	lab := loginlab.New(loginlab.Options{
		Password:    "correct horse battery staple",
		OtherOrigin: "http://" + other.Listener.Addr().String(),
	})
	server.Config.Handler, other.Config.Handler = lab, lab.OtherHandler()
	server.Start()
	defer server.Close()
	other.Start()
	defer other.Close()

	response, err := server.Client().Get(server.URL + "/s/password/login")
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = response.Body.Close()
	fmt.Println(response.StatusCode, lab.Count(loginlab.KindPageView, "password", ""))
	// Output: 200 1
}
