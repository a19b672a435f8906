package emulator

import "time"

// A Credential is an identity the emulated account knows: normally the
// temporary credential of a RAM role, all three parts.
type Credential struct {
	AccessKeyId     string `yaml:"AccessKeyId"`
	AccessKeySecret string `yaml:"AccessKeySecret"`
	// SecurityToken may be empty only with [EDS.AllowPermanentKeys].
	SecurityToken string `yaml:"SecurityToken"`
	// Deny lists actions (such as StopDesktops) this identity may not call.
	Deny []string `yaml:"Deny"`
	// ExplicitDeny says that a statement with Effect Deny denies them; by
	// default no policy allows them.
	ExplicitDeny bool `yaml:"ExplicitDeny"`
	// Expires is when the token stops being valid; zero: never.
	Expires time.Time `yaml:"Expires"`
}

// DefaultCredential is the identity that [EDS] knows when none is configured,
// and that [Runtime] hands to the function with every invocation. As the role
// of the real function it may start nothing. The values are obviously fake and
// no secret.
var DefaultCredential = Credential{
	AccessKeyId:     "STS.EMULATOR-ACCESS-KEY-ID",
	AccessKeySecret: "emulator-access-key-secret-not-a-secret",
	SecurityToken:   "emulator-security-token-not-a-secret",
	Deny:            []string{"StartDesktops"},
}

// OperatorCredential is a second identity that [EDS] knows when none is
// configured: a person who tries the operator's commands.
var OperatorCredential = Credential{
	AccessKeyId:     "STS.EMULATOR-OPERATOR-ACCESS-KEY-ID",
	AccessKeySecret: "emulator-operator-access-key-secret-not-a-secret",
	SecurityToken:   "emulator-operator-security-token-not-a-secret",
}

// StaleCredential is what [Process] puts into the environment of an instance
// by default. Function Compute fills the environment once, at the start of an
// instance, and refreshes only what comes with each invocation; so a person who
// signs with the environment works until the day the token has expired. Here
// that day is always today: [EDS] answers InvalidSecurityToken.Expired.
var StaleCredential = Credential{
	AccessKeyId:     "STS.EMULATOR-STALE-ACCESS-KEY-ID",
	AccessKeySecret: "emulator-stale-access-key-secret-not-a-secret",
	SecurityToken:   "emulator-stale-security-token-not-a-secret",
	Expires:         time.Unix(1, 0),
}

// denies reports whether the identity may not call action.
func (c Credential) denies(action string) bool {
	for _, d := range c.Deny {
		if d == action || d == "*" {
			return true
		}
	}
	return false
}
