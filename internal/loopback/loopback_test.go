package loopback_test

import (
	"testing"

	"stopdesktops/internal/loopback"
)

func TestHost(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "127.8.8.8": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "LOCALHOST": false, "localhost.example.com": false, "127.0.0.1.example.com": false, "a.localhost": false,
		"0.0.0.0": false, "::": false, "10.0.0.1": false, "127.1": false, "2130706433": false, "[::1]": false, "127.0.0.1:80": false,
	} {
		if loopback.Host(host) != want {
			t.Errorf("%q: %v", host, !want)
		}
	}
}
