package emulator

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
)

// An Emulator is an account on the loopback interface: [EDS], its STS and a
// [Receiver] for callbacks, each on a separate port. Set their fields before Start.
type Emulator struct {
	EDS      *EDS
	Receiver *Receiver

	// EDSAddr, STSAddr and ReceiverAddr are where Start listens, such as
	// 127.0.0.1:8080, and only on the loopback interface; empty: free ports.
	EDSAddr, STSAddr, ReceiverAddr string

	servers []*http.Server
	eds     string // host:port
	sts     string
	hook    string
}

// New is an emulator with this fleet, not started; nil: DefaultFleet.
func New(f *Fleet) *Emulator {
	if f == nil {
		f = DefaultFleet()
	}
	return &Emulator{EDS: f.EDS(), Receiver: &Receiver{}}
}

// Start listens. Call Close in any case.
func (em *Emulator) Start() error {
	if em.servers != nil {
		return errors.New("the emulator is started already")
	}
	var err error
	if em.eds, err = em.serve(em.EDSAddr, em.EDS); err != nil {
		return err
	}
	if em.sts, err = em.serve(em.STSAddr, em.EDS.STS()); err != nil {
		return err
	}
	em.hook, err = em.serve(em.ReceiverAddr, em.Receiver)
	return err
}

// serve listens on addr, if it is one of the loopback interface.
func (em *Emulator) serve(addr string, h http.Handler) (string, error) {
	setDefault(&addr, "127.0.0.1:0")
	if a, err := netip.ParseAddrPort(addr); err != nil || !a.Addr().IsLoopback() {
		return "", fmt.Errorf("%q is not an address and port of the loopback interface", addr)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", err
	}
	s := &http.Server{Handler: h}
	em.servers = append(em.servers, s)
	go s.Serve(l)
	return l.Addr().String(), nil
}

// EDSEndpoint is what the function's EDS_ENDPOINT takes: http://127.0.0.1:port.
func (em *Emulator) EDSEndpoint() string { return "http://" + em.eds }

// STSEndpoint is what the function's STS_ENDPOINT takes.
func (em *Emulator) STSEndpoint() string { return "http://" + em.sts }

// CallbackURL is where the Receiver listens.
func (em *Emulator) CallbackURL() string { return "http://" + em.hook + "/callback" }

// Close ends all servers and all their connections.
func (em *Emulator) Close() {
	for _, s := range em.servers {
		s.Close()
	}
}
