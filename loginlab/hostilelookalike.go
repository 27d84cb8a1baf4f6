package loginlab

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// lookAlikes: hosts whose names remind of the right one. Most of them do not exist: what counts is that nothing is typed.
func lookAlikes() []trick {
	posting := func(name, title, description string, host func(own string) string) trick {
		return trick{
			name: name, title: title, topology: TopologySingleForm, alone: true,
			description: "The form posts to " + description + ".",
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				v.showPlea(w, r, pleaCredentials, "http://"+host(hostOf(r))+v.path("take"), v.watch(""))
			},
		}
	}
	return []trick{
		posting("host-as-prefix", "Host as a prefix", "a host that begins with the site's", func(own string) string { return own + ".accounts.example" }),
		posting("host-as-suffix", "Host as a suffix", "a host that ends with the site's name, without a dot between", func(own string) string {
			if net.ParseIP(own) != nil { // an address has no name that ends like it
				return "my-" + strings.ReplaceAll(own, ".", "-") + ".example"
			}
			return "my-" + own
		}),
		posting("host-as-user", "Host as a user name", "an address whose user name is the site's host", func(own string) string { return own + "@accounts.example" }),
		posting("homograph", "Homograph", "a host with a Cyrillic letter in it", func(string) string { return "fernwo\u043ed.example" }),
		{
			name: "other-port", title: "Another port", topology: TopologySingleForm,
			description: "The login URL redirects to another port of the same host, which is another origin.",
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				v.leadTo(w, r, "http://"+net.JoinHostPort(hostOf(r), v.otherPort())+v.lurePath(pleaCredentials, ""))
			},
		},
		{
			name: "redirect-as-user", title: "Redirect with the host as a user name", topology: TopologySingleForm,
			description: "The login URL redirects to another origin, in an address that begins with the site's host.",
			show: func(v *variant, w http.ResponseWriter, r *http.Request) {
				other := hostAndPort(v.lab.options.OtherOrigin)
				v.leadTo(w, r, "http://"+hostOf(r)+"@"+other+v.lurePath(pleaCredentials, ""))
			},
		},
	}
}

// otherPort is the port of the second origin.
func (v *variant) otherPort() string {
	u, err := url.Parse(v.lab.options.OtherOrigin)
	if err != nil || u.Port() == "" {
		return "80"
	}
	return u.Port()
}

// hostAndPort is an origin without its scheme.
func hostAndPort(origin string) string {
	_, host, _ := strings.Cut(origin, "://")
	return host
}
