package eds_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"stopdesktops/events"
	"stopdesktops/internal/eds"
	"stopdesktops/internal/stop"
)

func pointer[T any](v T) *T { return &v }

// TestRequests compares every parameter that goes out, so that one too many is seen as well as one
// too few: a page of 10, pooled desktops left out, a filter forgotten, OsUpdate=false swallowed.
func TestRequests(t *testing.T) {
	east := time.FixedZone("", 8*3600)
	ids := make([]string, 100)
	hundred := values("RegionId", region, "StoppedMode", "KeepCharging")
	for i := range ids {
		ids[i] = fmt.Sprintf("ecd-%03d", i)
		hundred.Set(fmt.Sprintf("DesktopId.%d", i+1), ids[i])
	}
	for _, c := range []struct {
		name string
		call func(context.Context, stop.EDS) error
		want url.Values
	}{
		{"StopDesktops", func(ctx context.Context, s stop.EDS) error {
			_, err := s.StopDesktops(ctx, stop.StopCall{RegionID: region, DesktopIDs: []string{"ecd-b", "ecd-a"}, StoppedMode: "StopCharging"})
			return err
		}, values("RegionId", region, "DesktopId.1", "ecd-b", "DesktopId.2", "ecd-a", "StoppedMode", "StopCharging")},
		{"StopDesktops with OsUpdate", func(ctx context.Context, s stop.EDS) error {
			_, err := s.StopDesktops(ctx, stop.StopCall{RegionID: region, DesktopIDs: []string{"ecd-a"}, StoppedMode: "StopCharging", OsUpdate: pointer(true)})
			return err
		}, values("RegionId", region, "DesktopId.1", "ecd-a", "StoppedMode", "StopCharging", "OsUpdate", "true")},
		{"StopDesktops without OsUpdate, said so", func(ctx context.Context, s stop.EDS) error {
			_, err := s.StopDesktops(ctx, stop.StopCall{RegionID: region, DesktopIDs: []string{"ecd-a"}, StoppedMode: "StopCharging", OsUpdate: pointer(false)})
			return err
		}, values("RegionId", region, "DesktopId.1", "ecd-a", "StoppedMode", "StopCharging", "OsUpdate", "false")},
		{"StopDesktops of 100", func(ctx context.Context, s stop.EDS) error {
			_, err := s.StopDesktops(ctx, stop.StopCall{RegionID: region, DesktopIDs: ids, StoppedMode: "KeepCharging"})
			return err
		}, hundred},
		{"StartDesktops", func(ctx context.Context, s stop.EDS) error {
			_, err := eds.StartDesktops(ctx, s.(*eds.Session), region, []string{"ecd-b", "ecd-a"})
			return err
		}, values("RegionId", region, "DesktopId.1", "ecd-b", "DesktopId.2", "ecd-a")},
		{"DescribeDesktopInfo", func(ctx context.Context, s stop.EDS) error {
			_, err := s.DescribeDesktopInfo(ctx, region, []string{"ecd-b", "ecd-a"})
			return err
		}, values("RegionId", region, "DesktopId.1", "ecd-b", "DesktopId.2", "ecd-a")},
		{"DescribeDesktops of all", func(ctx context.Context, s stop.EDS) error {
			_, err := s.DescribeDesktops(ctx, region, events.Select{All: true}, "")
			return err
		}, values("RegionId", region, "MaxResults", "100", "FilterDesktopGroup", "false")},
		{"DescribeDesktops with every filter, a later page", func(ctx context.Context, s stop.EDS) error {
			_, err := s.DescribeDesktops(ctx, region, events.Select{
				OfficeSiteId: "office", DesktopGroupId: "dg", EndUserId: []string{"bob", "小明 & co"}, PolicyGroupId: "pg",
				ResourceGroupId: "rg", ChargeType: "PostPaid", SubPayType: "postPaid", DesktopName: "a+b=c",
				Tag: []events.Tag{{Key: "not", Value: pointer("here")}},
			}, "page/2+==")
			return err
		}, values("RegionId", region, "MaxResults", "100", "FilterDesktopGroup", "false", "NextToken", "page/2+==",
			"OfficeSiteId", "office", "DesktopGroupId", "dg", "EndUserId.1", "bob", "EndUserId.2", "小明 & co", "PolicyGroupId", "pg",
			"ResourceGroupId", "rg", "ChargeType", "PostPaid", "SubPayType", "postPaid", "DesktopName", "a+b=c")},
		{"DescribeDesktops by ID, a later page", func(ctx context.Context, s stop.EDS) error {
			_, err := s.DescribeDesktopsByID(ctx, region, []string{"ecd-b", "ecd-a"}, "page2")
			return err
		}, values("RegionId", region, "MaxResults", "100", "FilterDesktopGroup", "false", "NextToken", "page2", "DesktopId.1", "ecd-b", "DesktopId.2", "ecd-a")},
		{"ListTagResources of a key", func(ctx context.Context, s stop.EDS) error {
			_, err := s.ListTagResources(ctx, region, events.Tag{Key: "stop-desktops:protected"}, "")
			return err
		}, values("RegionId", region, "MaxResults", "100", "ResourceType", "ALIYUN::GWS::INSTANCE", "Tag.1.Key", "stop-desktops:protected")},
		{"ListTagResources of a key and value, a later page", func(ctx context.Context, s stop.EDS) error {
			_, err := s.ListTagResources(ctx, region, events.Tag{Key: "team", Value: pointer("red")}, "page2")
			return err
		}, values("RegionId", region, "MaxResults", "100", "ResourceType", "ALIYUN::GWS::INSTANCE", "Tag.1.Key", "team", "Tag.1.Value", "red", "NextToken", "page2")},
		{"DescribeClientEvents", func(ctx context.Context, s stop.EDS) error {
			_, err := s.DescribeClientEvents(ctx, region, time.Date(2026, 11, 23, 4, 59, 51, 999e6, east), "page2")
			return err
		}, values("RegionId", region, "MaxResults", "100", "StartTime", "2026-11-22T20:59:51Z", "NextToken", "page2",
			"EventTypes.1", "DESKTOP_START", "EventTypes.2", "DESKTOP_REBOOT", "EventTypes.3", "DESKTOP_CONNECT", "EventTypes.4", "DESKTOP_DISCONNECT",
			"EventTypes.5", "GET_CONNECTION_TICKET", "EventTypes.6", "GET_LITE_CONNECTION_TICKET")},
	} {
		t.Run(c.name, func(t *testing.T) {
			var rec recorder
			if err := c.call(t.Context(), connect(t, serve(t, &rec).Dial)); err != nil {
				t.Fatal(err)
			}
			requests := rec.all()
			if len(requests) != 1 {
				t.Fatalf("%d requests", len(requests))
			}
			r := requests[0]
			if got := r.URL.Query(); !maps.EqualFunc(got, c.want, slices.Equal) {
				t.Errorf("parameters\n got %v\nwant %v", got, c.want)
			}
			action, _, _ := strings.Cut(c.name, " ")
			for name, want := range map[string]string{
				"x-acs-action": action, "x-acs-version": "2020-09-30",
				"x-acs-accesskey-id": key.AccessKeyId, "x-acs-security-token": key.SecurityToken,
				"Proxy-Authorization": "", // the environment's proxy is no business of EDS
			} {
				if got := r.Header.Get(name); got != want {
					t.Errorf("header %s: %q, want %q", name, got, want)
				}
			}
			if !strings.HasPrefix(r.Header.Get("Authorization"), "ACS3-HMAC-SHA256 Credential="+key.AccessKeyId+",") {
				t.Errorf("Authorization: %s", r.Header.Get("Authorization"))
			}
			if uri := r.RequestURI; strings.Contains(uri, "oken-not") || strings.Contains(uri, "STS.") {
				t.Errorf("a part of the credentials is in the URL: %s", uri)
			}
			if r.Method != http.MethodPost || r.URL.Path != "/" || r.ContentLength != 0 {
				t.Errorf("%s %s with %d bytes", r.Method, r.URL.Path, r.ContentLength)
			}
		})
	}
}

// TestEachCallIsSignedAnew: a nonce sent twice is refused by the service.
func TestEachCallIsSignedAnew(t *testing.T) {
	var rec recorder
	s := connect(t, serve(t, &rec).Dial)
	nonces := map[string]bool{}
	for range 3 {
		if _, err := stopTwo(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range rec.all() {
		nonces[r.Header.Get("x-acs-signature-nonce")] = true
	}
	if len(nonces) != 3 || nonces[""] {
		t.Errorf("nonces of three calls: %v", nonces)
	}
}

// TestHosts: which host a call goes to, and that a server nobody vouches for gets no request.
func TestHosts(t *testing.T) {
	impostor := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a server with a certificate of its own was sent %s with token %s", r.URL, r.Header.Get("x-acs-security-token"))
	}))
	impostor.Config.ErrorLog = log.New(io.Discard, "", 0)
	impostor.StartTLS()
	defer impostor.Close()
	for _, c := range []struct{ endpoint, region, want string }{
		{"", "cn-hangzhou", "ecd.cn-hangzhou.aliyuncs.com:443"},
		{"", "ap-southeast-1", "ecd.ap-southeast-1.aliyuncs.com:443"},
		{"", "cn-shanghai-finance-1", "ecd.cn-shanghai-finance-1.aliyuncs.com:443"},
		{"https://ecd.vpc-proxy.aliyuncs.com", "cn-hangzhou", "ecd.vpc-proxy.aliyuncs.com:443"},
		{"https://ecd.vpc-proxy.aliyuncs.com:8443/", "cn-hangzhou", "ecd.vpc-proxy.aliyuncs.com:8443"},
	} {
		var dialled []string
		client, err := eds.New(eds.Options{Regions: []string{c.region}, Endpoint: c.endpoint, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			dialled = append(dialled, address)
			return (&net.Dialer{}).DialContext(ctx, network, impostor.Listener.Addr().String())
		}})
		if err != nil {
			t.Fatal(err)
		}
		s, err := client.Connect(credentials(key))
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.StopDesktops(t.Context(), stop.StopCall{RegionID: c.region, DesktopIDs: []string{"ecd-a"}, StoppedMode: "StopCharging"})
		if e := callError(t, err); e.Family != stop.Temporary {
			t.Errorf("%q %s: %+v", c.endpoint, c.region, e)
		}
		if !slices.Equal(dialled, []string{c.want}) {
			t.Errorf("%q %s: dialled %q, want %s alone", c.endpoint, c.region, dialled, c.want)
		}
	}
}

// TestEndpoint: signed requests go to EDS_ENDPOINT, so it must be one that can keep them.
func TestEndpoint(t *testing.T) {
	for _, c := range []struct {
		endpoint string
		ok       bool
	}{
		{"https://ecd.vpc-proxy.aliyuncs.com", true},
		{"https://ecd.vpc-proxy.aliyuncs.com:443/", true},
		{"HTTPS://ecd.vpc-proxy.aliyuncs.com", true},
		{"http://127.0.0.1:8080", true},
		{"http://127.9.9.9:8080", true},
		{"http://[::1]:8080", true},
		{"http://localhost:8080", true},
		{"http://ecd.vpc-proxy.aliyuncs.com", false},
		{"http://localhost.evil.example", false},
		{"http://127.0.0.1.evil.example", false},
		{"http://0.0.0.0:8080", false},
		{"https://fake-user:fake-password@ecd.vpc-proxy.aliyuncs.com", false},
		{"https://ecd.vpc-proxy.aliyuncs.com/path", false},
		{"https://ecd.vpc-proxy.aliyuncs.com?fake-password", false},
		{"https://ecd.vpc-proxy.aliyuncs.com#fake-password", false},
		{"https://", false},
		{"https://:443", false},
		{"ecd.vpc-proxy.aliyuncs.com", false},
		{"ecd.vpc-proxy.aliyuncs.com:443", false},
		{"//ecd.vpc-proxy.aliyuncs.com", false},
		{"ftp://ecd.vpc-proxy.aliyuncs.com", false},
		{"unix:///var/run/socket", false},
		{"https://ecd.vpc proxy", false},
		{"https://%zz", false},
		{"fake-password", false},
	} {
		_, err := eds.New(eds.Options{Regions: []string{region}, Endpoint: c.endpoint})
		if (err == nil) != c.ok {
			t.Errorf("%q: %v", c.endpoint, err)
		}
		if err != nil {
			shows(t, err, "fake-password", "evil", "vpc")
		}
	}
}

// TestHostileRegions: a region becomes part of a host name, and the security token goes to that
// host. None of these may ever be dialled; not even when the configuration allows it.
func TestHostileRegions(t *testing.T) {
	for _, r := range []string{
		"evil.example.com/x?", "cn-hangzhou.evil.com#", "cn-hangzhou.evil.com", "CN-HANGZHOU", "cn-Hangzhou", "cn.hangzhou", ".", "..",
		"user@evil.example.com", "cn-hangzhou@evil", "cn%2fhangzhou", "cn-hangzhou%00", "cn-hangzhou\x00", "cn-hangzhou\n", "cn hangzhou",
		" cn-hangzhou", "cn-hangzhou:8443", "cn-hangzhou/", "cn_hangzhou", "-cn-hangzhou", "cn-hangzhou-", "cn-hängzhou", "сn-hangzhou", "cn",
		strings.Repeat("a", 33), strings.Repeat("cn-hangzhou", 100), "",
	} {
		for _, allowed := range []bool{false, true} {
			for _, at := range []string{"", endpoint} {
				regions := []string{region}
				if allowed {
					regions = append(regions, r)
				}
				client, err := eds.New(eds.Options{Regions: regions, Endpoint: at, Dial: func(_ context.Context, _, address string) (net.Conn, error) {
					t.Errorf("region %q: dialled %s", r, address)
					return nil, errors.New("no")
				}})
				if err != nil {
					t.Fatal(err)
				}
				s, err := client.Connect(credentials(key))
				if err != nil {
					t.Fatal(err)
				}
				for action, err := range everyCall(t.Context(), s, r) {
					if e := callError(t, err); e.Family != stop.Invalid || e.Code != "RegionNotAllowed" || e.Action != action {
						t.Errorf("region %q: %+v", r, e)
					} else if r != "" && strings.Contains(e.Error(), r) && len(r) > 2 {
						t.Errorf("the hostile region is in the error: %q", e.Error())
					}
				}
			}
		}
	}
}

// TestRegionNotAllowed: a region that exists, but is not among the configured ones.
func TestRegionNotAllowed(t *testing.T) {
	w := serve(t, &recorder{})
	for action, err := range everyCall(t.Context(), connect(t, w.Dial), "cn-beijing") {
		if e := callError(t, err); e.Family != stop.Invalid || e.Code != "RegionNotAllowed" || e.Action != action {
			t.Errorf("%+v", e)
		}
	}
	if len(w.Dials()) != 0 {
		t.Errorf("dialled %q", w.Dials())
	}
}

// everyCall makes each call once and returns the errors by action.
func everyCall(ctx context.Context, s stop.EDS, region string) map[string]error {
	errs := map[string]error{}
	_, errs["StopDesktops"] = s.StopDesktops(ctx, stop.StopCall{RegionID: region, DesktopIDs: []string{"ecd-a"}, StoppedMode: "StopCharging"})
	_, errs["StartDesktops"] = eds.StartDesktops(ctx, s.(*eds.Session), region, []string{"ecd-a"})
	_, errs["DescribeDesktopInfo"] = s.DescribeDesktopInfo(ctx, region, []string{"ecd-a"})
	_, errs["DescribeDesktops"] = s.DescribeDesktops(ctx, region, events.Select{All: true}, "")
	_, errs["ListTagResources"] = s.ListTagResources(ctx, region, events.Tag{Key: "k"}, "")
	_, errs["DescribeClientEvents"] = s.DescribeClientEvents(ctx, region, time.Now(), "")
	return errs
}
