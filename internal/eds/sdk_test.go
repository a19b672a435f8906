package eds_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	sdk "github.com/alibabacloud-go/ecd-20200930/v5/client"
	"github.com/alibabacloud-go/tea/dara"

	"stopdesktops/events"
	"stopdesktops/internal/eds"
	"stopdesktops/internal/stop"
)

// catcher is an HTTP client of the SDK that keeps the request and sends nothing.
type catcher struct{ request *http.Request }

func (c *catcher) Call(r *http.Request, _ *http.Transport) (*http.Response, error) {
	c.request = r
	return nil, errors.New("caught")
}

// TestTheSDKSendsTheSame: the vendor's SDK makes the same request of the same call, with the same signature.
func TestTheSDKSendsTheSame(t *testing.T) {
	ids := []string{"ecd-b", "ecd-a"}
	since := time.Date(2026, 11, 23, 4, 59, 51, 0, time.UTC)
	for action, c := range map[string]struct {
		ours func(context.Context, *eds.Session) error
		sdks func(context.Context, *sdk.Client, *dara.RuntimeOptions) error
	}{
		"StopDesktops": {
			func(ctx context.Context, s *eds.Session) error {
				_, err := s.StopDesktops(ctx, stop.StopCall{RegionID: region, DesktopIDs: ids, StoppedMode: "StopCharging", OsUpdate: new(false)})
				return err
			},
			func(ctx context.Context, c *sdk.Client, o *dara.RuntimeOptions) error {
				_, err := c.StopDesktopsWithContext(ctx, &sdk.StopDesktopsRequest{RegionId: new(region), DesktopId: dara.StringSlice(ids),
					StoppedMode: new("StopCharging"), OsUpdate: new(false)}, o)
				return err
			}},
		"StartDesktops": {
			func(ctx context.Context, s *eds.Session) error {
				_, err := eds.StartDesktops(ctx, s, region, ids)
				return err
			},
			func(ctx context.Context, c *sdk.Client, o *dara.RuntimeOptions) error {
				_, err := c.StartDesktopsWithContext(ctx, &sdk.StartDesktopsRequest{RegionId: new(region), DesktopId: dara.StringSlice(ids)}, o)
				return err
			}},
		"DescribeDesktopInfo": {
			func(ctx context.Context, s *eds.Session) error {
				_, err := s.DescribeDesktopInfo(ctx, region, ids)
				return err
			},
			func(ctx context.Context, c *sdk.Client, o *dara.RuntimeOptions) error {
				_, err := c.DescribeDesktopInfoWithContext(ctx, &sdk.DescribeDesktopInfoRequest{RegionId: new(region), DesktopId: dara.StringSlice(ids)}, o)
				return err
			}},
		"DescribeDesktops": {
			func(ctx context.Context, s *eds.Session) error {
				_, err := s.DescribeDesktopsPage(ctx, region, events.Select{OfficeSiteId: "cn-hangzhou+dir-1", DesktopGroupId: "dg", PolicyGroupId: "pg",
					ResourceGroupId: "rg", ChargeType: "PostPaid", SubPayType: "postPaid", EndUserId: []string{"bob", "小明 & co"}, DesktopName: "a+b=c*~/ü"}, 2)
				return err
			},
			func(ctx context.Context, c *sdk.Client, o *dara.RuntimeOptions) error {
				_, err := c.DescribeDesktopsWithContext(ctx, &sdk.DescribeDesktopsRequest{RegionId: new(region), OfficeSiteId: new("cn-hangzhou+dir-1"),
					DesktopGroupId: new("dg"), PolicyGroupId: new("pg"), ResourceGroupId: new("rg"), ChargeType: new("PostPaid"), SubPayType: new("postPaid"),
					EndUserId: dara.StringSlice([]string{"bob", "小明 & co"}), DesktopName: new("a+b=c*~/ü"), PageSize: new(int32(100)), PageNumber: new(int32(2)),
					FilterDesktopGroup: new(false)}, o)
				return err
			}},
		"ListTagResources": {
			func(ctx context.Context, s *eds.Session) error {
				_, err := s.ListTagResources(ctx, region, events.Tag{Key: "team", Value: new("")}, "page/2+==")
				return err
			},
			func(ctx context.Context, c *sdk.Client, o *dara.RuntimeOptions) error {
				_, err := c.ListTagResourcesWithContext(ctx, &sdk.ListTagResourcesRequest{RegionId: new(region), ResourceType: new("ALIYUN::GWS::INSTANCE"),
					MaxResults: new(int32(100)), NextToken: new("page/2+=="), Tag: []*sdk.ListTagResourcesRequestTag{{Key: new("team"), Value: new("")}}}, o)
				return err
			}},
		"DescribeClientEvents": {
			func(ctx context.Context, s *eds.Session) error {
				_, err := s.DescribeClientEvents(ctx, region, since, "")
				return err
			},
			func(ctx context.Context, c *sdk.Client, o *dara.RuntimeOptions) error {
				_, err := c.DescribeClientEventsWithContext(ctx, &sdk.DescribeClientEventsRequest{RegionId: new(region), MaxResults: new(int32(100)),
					StartTime: new("2026-11-23T04:59:51Z"), EventTypes: dara.StringSlice(slices.Clone(stop.UserActs))}, o)
				return err
			}},
	} {
		var rec recorder
		if err := c.ours(t.Context(), connect(t, serve(t, &rec).Dial).(*eds.Session)); err != nil {
			t.Fatal(action, err)
		}
		ours, theirs := rec.all()[0], caught(t, c.sdks)
		if ours.Method != theirs.Method || ours.URL.Path != theirs.URL.Path || !reflect.DeepEqual(ours.URL.Query(), theirs.URL.Query()) {
			t.Errorf("%s:\nours   %s %s\ntheirs %s %s", action, ours.Method, ours.URL, theirs.Method, theirs.URL)
		}
		if got, want := headers(ours), headers(theirs); !maps.Equal(got, want) {
			t.Errorf("%s:\nours   %v\ntheirs %v", action, got, want)
		}
		// With our nonce and time, the SDK's request has our signature.
		signed := map[string]*string{"host": &ours.Host}
		query := map[string]*string{}
		for name, value := range theirs.URL.Query() {
			query[name] = &value[0]
		}
		for _, part := range strings.Split(between(theirs.Header.Get("Authorization"), "SignedHeaders=", ","), ";") {
			if part != "host" && part != "x-acs-credentials-provider" {
				signed[part] = new(ours.Header.Get(part))
			}
		}
		want := openapiutil.GetAuthorization(&dara.Request{Method: &theirs.Method, Pathname: new("/"), Query: query, Headers: signed},
			new("ACS3-HMAC-SHA256"), new(ours.Header.Get("x-acs-content-sha256")), &key.AccessKeyId, &key.AccessKeySecret)
		if got := ours.Header.Get("Authorization"); got != *want {
			t.Errorf("%s:\nAuthorization %s\nwant          %s", action, got, *want)
		}
	}
}

// caught returns the request that the SDK would send.
func caught(t *testing.T, call func(context.Context, *sdk.Client, *dara.RuntimeOptions) error) *http.Request {
	t.Helper()
	var c catcher
	client, err := sdk.NewClient(&openapi.Config{AccessKeyId: &key.AccessKeyId, AccessKeySecret: &key.AccessKeySecret, SecurityToken: &key.SecurityToken,
		RegionId: new(region), Endpoint: new(strings.TrimPrefix(endpoint, "http://")), Protocol: new("http"), NoProxy: new(strings.TrimPrefix(endpoint, "http://")), HttpClient: &c})
	if err != nil {
		t.Fatal(err)
	}
	_ = call(t.Context(), client, &dara.RuntimeOptions{})
	if c.request == nil {
		t.Fatal("the SDK sends nothing")
	}
	canonical := http.Header{}
	for name, value := range c.request.Header {
		canonical[http.CanonicalHeaderKey(name)] = value
	}
	c.request.Header = canonical
	return c.request
}

// headers of a request that are the same for the same call. Which of its providers had the credentials is for
// the SDK's own statistics; Content-Length and Accept-Encoding are set by the transport.
func headers(r *http.Request) map[string]string {
	all := map[string]string{}
	for name := range r.Header {
		switch name {
		case "X-Acs-Date", "X-Acs-Signature-Nonce", "Authorization", "X-Acs-Credentials-Provider", "Host", "Content-Length", "Accept-Encoding":
		default:
			all[name] = r.Header.Get(name)
		}
	}
	return all
}

func between(text, begin, end string) string {
	_, text, _ = strings.Cut(text, begin)
	text, _, _ = strings.Cut(text, end)
	return text
}
