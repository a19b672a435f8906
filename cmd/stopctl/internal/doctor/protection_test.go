package doctor

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"stopdesktops/internal/emulator"
)

// TestDoctorProtection counts what is protected, and by what. What protects nothing is a warning that says how it would.
func TestDoctorProtection(t *testing.T) {
	const command = "  aliyun ecd TagResources --RegionId cn-hangzhou --ResourceType ALIYUN::GWS::INSTANCE \\\n    --ResourceId.1 ecd-… --Tag.1.Key "
	tagged := func(key, value string, desktops ...int) func(*clinic) {
		return func(c *clinic) {
			c.eds.Desktops[0].Tags = nil
			for _, i := range desktops {
				c.eds.Desktops[i].Tags = append(c.eds.Desktops[i].Tags, emulator.Tag{Key: key, Value: value})
			}
		}
	}
	for _, c := range []struct {
		name    string
		account func(*clinic)
		env     []string
		check   string
		status  findingStatus
		message string
		do      string
	}{
		{"by tag", tagged("stop-desktops:protected", "", 1, 2, 5), nil, "PROTECT_TAG", fine, "the tag stop-desktops:protected protects 3 desktops", ""},
		{"by no tag", tagged("other", "", 1), nil, "PROTECT_TAG", warning, "no desktop in cn-hangzhou carries the protect tag stop-desktops:protected, so the tag protects nothing",
			"Use this resource type: tags that were set with another one may not count.\n" + command + "'stop-desktops:protected' --Tag.1.Value 'yes'"},
		{"by tag and value", tagged("keep", "yes", 1, 2), []string{"PROTECT_TAG=keep=yes"}, "PROTECT_TAG", fine, "the tag keep=yes protects 2 desktops", ""},
		{"by another value", tagged("keep", "Yes", 1, 2), []string{"PROTECT_TAG=keep=yes"}, "PROTECT_TAG", warning, "carries the protect tag keep=yes, so the tag protects nothing; 2 desktops with another value of keep",
			command + "'keep' --Tag.1.Value 'yes'"},
		{"by a tag in Chinese", tagged("x", "", 1), []string{"PROTECT_TAG=部门:研发 组"}, "PROTECT_TAG", warning, "carries the protect tag 部门:研发 组", "'部门:研发 组'"},
		{"tag switched off", tagged("x", "", 1), []string{"PROTECT_TAG="}, "PROTECT_TAG", fine, "is switched off", ""},
		{"by list", nil, []string{"DENY_DESKTOPS=ecd-running1,ecd-Running2"}, "deny list", fine, "the deny list protects 2 desktops", ""},
		{"by a list with a slip", nil, []string{"DENY_DESKTOPS=ecd-running1,ecd-runing2"}, "deny list", warning, "protects 1 desktop (DENY_DESKTOPS, DENY_FILE); EDS does not know 1 of the 2 IDs on it in cn-hangzhou", "typing error"},
		{"by a list that is refused", func(c *clinic) { c.eds.UnknownIds = emulator.Refuse }, []string{"DENY_DESKTOPS=ecd-running1,ecd-runing2,ecd-running3"}, "deny list", warning, "protects 2 desktops (DENY_DESKTOPS, DENY_FILE); EDS does not know 1 of the 3 IDs", "typing error"},
		{"by user", nil, []string{"DENY_USERS=alice, bob"}, "DENY_USERS", fine, "DENY_USERS protects 2 desktops of 2 users", ""},
		{"by user in another case", nil, []string{"DENY_USERS=ALICE,Bob"}, "DENY_USERS", fine, "DENY_USERS protects 2 desktops of 2 users", ""},
		{"by some of the users", nil, []string{"DENY_USERS=ALICE,mallory,trent"}, "DENY_USERS", warning,
			"DENY_USERS protects 1 desktop of 3 users; no desktop in cn-hangzhou is assigned to mallory, trent", "as EDS shows them"},
		{"by users whose desktops do not say whose they are", func(c *clinic) { c.eds.NoEndUserIds = true }, []string{"DENY_USERS=alice,bob"}, "DENY_USERS", fine, "protects 2 desktops of 2 users", ""},
		{"by nobody", nil, []string{"DENY_USERS=mallory"}, "DENY_USERS", warning, "no desktop in cn-hangzhou is assigned to a user of DENY_USERS", "as EDS shows them"},
		{"unknown", func(c *clinic) {
			c.eds.Faults = []emulator.Fault{{Action: "ListTagResources", Kind: emulator.FaultThrottle}}
		}, nil, "protection", warning, "how many desktops of cn-hangzhou are protected could not be found out (Throttling.User)", "again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			clinic := newClinic(t)
			if c.account != nil {
				c.account(clinic)
			}
			var args []string
			for _, variable := range c.env {
				args = append(args, "-env", variable)
			}
			all, _ := clinic.findingsOf(t, args...)
			if !slices.ContainsFunc(all, func(f finding) bool {
				return f.Check == c.check && f.Status == c.status && strings.Contains(f.Message, c.message) && strings.Contains(f.Do, c.do)
			}) {
				t.Errorf("no %s of %s with %q and %q in %+v", c.status, c.check, c.message, c.do, all)
			}
		})
	}
}

// TestDoctorProtectionOfAFleet counts over every page, call and region.
func TestDoctorProtectionOfAFleet(t *testing.T) {
	c := newClinic(t)
	c.eds.Regions, c.eds.Desktops = []string{"cn-hangzhou", "cn-shanghai"}, nil
	var ids, users []string
	for i := range 250 {
		d := emulator.Desktop{DesktopId: fmt.Sprintf("ecd-d%d", i), RegionId: c.eds.Regions[i%2], EndUserIds: []string{fmt.Sprintf("user%d", i)}, Tags: []emulator.Tag{{Key: "stop-desktops:protected"}}}
		c.eds.Desktops = append(c.eds.Desktops, d)
		ids, users = append(ids, d.DesktopId), append(users, d.EndUserIds[0])
	}
	all, _ := c.findingsOf(t, "-env", "ALLOWED_REGIONS=cn-hangzhou,cn-shanghai", "-env", "DENY_DESKTOPS="+strings.Join(ids[:210], ","), "-env", "DENY_USERS="+strings.Join(users[:230], ","))
	for check, message := range map[string]string{"PROTECT_TAG": "protects 250 desktops", "deny list": "protects 210 desktops", "DENY_USERS": "protects 230 desktops of 230 users"} {
		if !slices.ContainsFunc(all, func(f finding) bool {
			return f.Check == check && f.Status == fine && strings.Contains(f.Message, message)
		}) {
			t.Errorf("no %s with %q in %+v", check, message, all)
		}
	}
	if v := c.eds.Violations(); len(v) > 0 {
		t.Errorf("violations %q", v)
	}
}
