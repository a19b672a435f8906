package emulator_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	ecd "github.com/alibabacloud-go/ecd-20200930/v5/client"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/alibabacloud-go/tea/tea"

	"stopdesktops/internal/emulator"
)

// plainClient keeps the SDK away from its pool and from proxies.
type plainClient struct{ c *http.Client }

func (p plainClient) Call(r *http.Request, _ *http.Transport) (*http.Response, error) {
	return p.c.Do(r)
}

// sdk is the vendor's client against the emulator.
func sdk(t *testing.T, base string, cred emulator.Credential) *ecd.Client {
	t.Helper()
	config := &openapi.Config{
		AccessKeyId: &cred.AccessKeyId, AccessKeySecret: &cred.AccessKeySecret,
		Endpoint: new(strings.TrimPrefix(base, "http://")), Protocol: new("http"), RegionId: new("cn-hangzhou"),
		HttpClient: plainClient{&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}},
	}
	if cred.SecurityToken != "" {
		config.SecurityToken = &cred.SecurityToken
	}
	c, err := ecd.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var noOptions = &dara.RuntimeOptions{}

func TestSDKIsAccepted(t *testing.T) {
	e := &emulator.EDS{
		Desktops: []emulator.Desktop{
			{DesktopId: "ecd-a", EndUserIds: []string{"alice", "bob"}, OfficeSiteId: "cn-hangzhou+dir-1", ResourceGroupId: "rg-1",
				ChargeType: "PrePaid", SubPayType: "monthPackage", ManagementFlags: []string{"Updating"}, ConnectionStatus: "Connected",
				Tags: []emulator.Tag{{Key: "team", Value: "a b+c*d~e/ü"}}},
			{DesktopId: "ecd-b"},
		},
		ClientEvents:   []emulator.ClientEvent{{DesktopId: "ecd-a", EndUserId: "alice", EventType: "DESKTOP_CONNECT", Ago: time.Minute}},
		TagsInDescribe: true,
	}
	c := sdk(t, serve(t, e), emulator.DefaultCredential)
	ctx := context.Background()

	stopped, err := c.StopDesktopsWithContext(ctx, &ecd.StopDesktopsRequest{RegionId: new("cn-hangzhou"),
		DesktopId: []*string{new("ecd-b")}, StoppedMode: new("KeepCharging"), OsUpdate: new(false)}, noOptions)
	if err != nil || len(*stopped.Body.RequestId) != 36 {
		t.Fatalf("StopDesktops: %v, %v", stopped, err)
	}
	info, err := c.DescribeDesktopInfoWithContext(ctx, &ecd.DescribeDesktopInfoRequest{RegionId: new("cn-hangzhou"),
		DesktopId: []*string{new("ecd-b"), new("ecd-a")}}, noOptions)
	if err != nil || len(info.Body.Desktops) != 2 || *info.Body.Desktops[1].DesktopStatus != "Stopping" ||
		*info.Body.Desktops[0].ManagementFlag[0] != "Updating" || *info.Body.Desktops[0].ConnectionStatus != "Connected" {
		t.Fatalf("DescribeDesktopInfo: %v, %v", info, err)
	}
	rows, err := c.DescribeDesktopsWithContext(ctx, &ecd.DescribeDesktopsRequest{RegionId: new("cn-hangzhou"), MaxResults: new(int32(100)),
		FilterDesktopGroup: new(false), EndUserId: []*string{new("bob")}, DesktopStatusList: []*string{new("Running")},
		Tag: []*ecd.DescribeDesktopsRequestTag{{Key: new("team"), Value: new("a b+c*d~e/ü")}}}, noOptions)
	if err != nil || *rows.Body.TotalCount != 1 {
		t.Fatalf("DescribeDesktops: %v, %v", rows, err)
	}
	row := rows.Body.Desktops[0]
	if *row.DesktopId != "ecd-a" || *row.EndUserIds[1] != "bob" || *row.ChargeType != "PrePaid" ||
		*row.ResourceGroups[0].Id != "rg-1" || *row.Sessions[0].EndUserId != "alice" || *row.Tags[0].Value != "a b+c*d~e/ü" || *row.Memory != 8192 {
		t.Errorf("row %v", row)
	}
	tags, err := c.ListTagResourcesWithContext(ctx, &ecd.ListTagResourcesRequest{RegionId: new("cn-hangzhou"),
		ResourceType: new("ALIYUN::GWS::INSTANCE"), Tag: []*ecd.ListTagResourcesRequestTag{{Key: new("team")}}}, noOptions)
	if err != nil || *tags.Body.TagResources[0].ResourceId != "ecd-a" || *tags.Body.TagResources[0].TagKey != "team" {
		t.Fatalf("ListTagResources: %v, %v", tags, err)
	}
	events, err := c.DescribeClientEventsWithContext(ctx, &ecd.DescribeClientEventsRequest{RegionId: new("cn-hangzhou"),
		EventTypes: []*string{new("DESKTOP_CONNECT"), new("DESKTOP_START")}, StartTime: new(time.Now().UTC().Add(-time.Hour).Format("2006-01-02T15:04:05Z"))}, noOptions)
	if err != nil || len(events.Body.Events) != 1 || *events.Body.Events[0].EndUserId != "alice" {
		t.Fatalf("DescribeClientEvents: %v, %v", events, err)
	}
	noViolations(t, e)
	for _, c := range e.Calls() {
		if c.AccessKeyId != emulator.DefaultCredential.AccessKeyId || c.Status != 200 || c.RegionId != "cn-hangzhou" || c.Duration == 0 {
			t.Errorf("call %+v", c)
		}
	}
}

// TestSDKSignatures: of the signatures that the SDK has, only the one that the function uses is taken.
// Version 1.0 puts the token into the URL, where proxies and logs see it.
func TestSDKSignatures(t *testing.T) {
	for algorithm, code := range map[string]string{
		"ACS3-HMAC-SHA256": "", "ACS3-HMAC-SM3": "IncompleteSignature", "v2": "MissingAuthorization", // v2 is SignatureVersion 1.0
	} {
		e := &emulator.EDS{Desktops: fleetOf("ecd-a")}
		c := sdk(t, serve(t, e), emulator.DefaultCredential)
		c.SignatureAlgorithm = &algorithm
		_, err := c.StopDesktopsWithContext(t.Context(), &ecd.StopDesktopsRequest{RegionId: new("cn-hangzhou"), DesktopId: []*string{new("ecd-a")}}, noOptions)
		got := ""
		var refused *tea.SDKError
		if errors.As(err, &refused) {
			got = *refused.Code
		}
		if got != code || (err == nil) != (code == "") || len(e.Calls()) != 1 {
			t.Errorf("%s: %v, want %s", algorithm, err, code)
		}
	}
}

// TestSDKErrors: errors arrive as the SDK's own errors.
func TestSDKErrors(t *testing.T) {
	denied := emulator.Credential{AccessKeyId: "STS.A", AccessKeySecret: "s", SecurityToken: "t", Deny: []string{"StopDesktops"}}
	expired := emulator.Credential{AccessKeyId: "STS.B", AccessKeySecret: "s", SecurityToken: "t", Expires: time.Now()}
	e := &emulator.EDS{Desktops: fleetOf("ecd-a"), Credentials: []emulator.Credential{denied, expired, emulator.DefaultCredential}}
	base := serve(t, e)
	wrong := emulator.DefaultCredential
	wrong.AccessKeySecret = "other"
	permanent := emulator.DefaultCredential
	permanent.SecurityToken = ""
	tests := []struct {
		name   string
		cred   emulator.Credential
		ids    int
		region string
		status int
		code   string
	}{
		{"denied", denied, 1, "cn-hangzhou", 403, "NoPermission"},
		{"expired", expired, 1, "cn-hangzhou", 403, "InvalidSecurityToken.Expired"},
		{"environment", emulator.StaleCredential, 1, "cn-hangzhou", 403, "InvalidSecurityToken.Expired"},
		{"wrong secret", wrong, 1, "cn-hangzhou", 400, "SignatureDoesNotMatch"},
		{"no token", permanent, 1, "cn-hangzhou", 400, "MissingSecurityToken"},
		{"unknown region", emulator.DefaultCredential, 1, "cn-nowhere", 404, "InvalidRegionId.NotFound"},
		{"no region", emulator.DefaultCredential, 1, "", 400, "MissingRegionId"},
		{"101 IDs", emulator.DefaultCredential, 101, "cn-hangzhou", 400, "InvalidParameter"},
		{"no ID", emulator.DefaultCredential, 0, "cn-hangzhou", 400, "MissingDesktopId"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := &ecd.StopDesktopsRequest{}
			if tt.region != "" {
				req.RegionId = &tt.region
			}
			for i := range tt.ids {
				req.DesktopId = append(req.DesktopId, new(fmt.Sprint("ecd-x", i)))
			}
			_, err := sdk(t, base, tt.cred).StopDesktopsWithContext(context.Background(), req, noOptions)
			var sdkErr *tea.SDKError
			if !errors.As(err, &sdkErr) || *sdkErr.Code != tt.code || *sdkErr.StatusCode != tt.status {
				t.Fatalf("got %v, want %d %s", err, tt.status, tt.code)
			}
			if tt.name == "denied" && sdkErr.AccessDeniedDetail["AuthAction"] != "ecd:StopDesktops" {
				t.Errorf("AccessDeniedDetail %v", sdkErr.AccessDeniedDetail)
			}
		})
	}
	if status(e, "ecd-a") != "Running" || len(e.Violations()) != 6 {
		t.Errorf("violations: %q", e.Violations())
	}
}
