// Package loopback tells the hosts that are always this machine: plain HTTP is safe to them alone.
package loopback

import "net"

// Host reports whether host, without a port, is localhost or an address of the loopback interface. DNS is
// not asked.
func Host(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
