// Package config reads the function's configuration from its environment, once, into one struct.
// All faults are found together, and each names its variable.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/caarlos0/env/v11"

	"stopdesktops/events"
	"stopdesktops/internal/approval"
	"stopdesktops/internal/calendar"
	"stopdesktops/internal/callback"
	"stopdesktops/internal/routes"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/setting"
	"stopdesktops/internal/webhook"
)

// Config is the configuration. docs/configuration.md is generated from it: a comment with a blank line
// behind it begins a table, and the comment of a field says what its variable means. The tag kind says which
// characters a value may hold: a setting.Kind.
type Config struct {
	// Which desktops are never stopped

	// Desktop IDs, separated by commas. These desktops are never stopped.
	DenyDesktops []string `env:"DENY_DESKTOPS" kind:"word"`
	// A file beside the binary with one desktop ID a line ([the deny list](deploy.md#the-deny-list)).
	DenyFile string `env:"DENY_FILE" kind:"text"`
	// End users, separated by commas. Their desktops are never stopped. This also holds for a rebuilt desktop.
	DenyUsers []string `env:"DENY_USERS" kind:"user"`
	// The tag of desktops that are never stopped: `key` for any value, or `key=value`. Empty switches it off.
	ProtectTag string `env:"PROTECT_TAG" kind:"name" envDefault:"stop-desktops:protected"`
	// The tag that keeps a desktop until a time. The tag's value is that time
	// ([all forms](operate.md#keep-a-desktop-until-a-time)). Empty switches it off.
	KeepUntilTag string `env:"KEEP_UNTIL_TAG" kind:"name" envDefault:"stop-desktops:keep-until"`
	// The default time zone of days, dates and times, as an IANA name such as `Asia/Shanghai`.
	Timezone string `env:"TIMEZONE" kind:"word" envDefault:"UTC"`

	// Workdays and holidays

	// A file beside the binary that lists workdays and holidays ([the calendar](operate.md#workdays-and-holidays)).
	// Requests with `On` need it. Without it they are refused.
	CalendarFile string `env:"CALENDAR_FILE" kind:"text"`
	// The days of the week that count as holidays, separated by commas. The calendar can make a date a workday.
	Weekend []string `env:"WEEKEND" kind:"word" envDefault:"sat,sun"`

	// Limits

	// The regions that a request may name, separated by commas. Without it: the function's own region.
	AllowedRegions []string `env:"ALLOWED_REGIONS" kind:"word"`
	// The most desktops that one invocation stops without an approval. An event that would exceed it is `blocked`.
	MaxDesktops int `env:"MAX_DESKTOPS" kind:"word" envDefault:"100"`
	// `true` lets a request stop desktops in use (`Force`).
	AllowForce bool `env:"ALLOW_FORCE" kind:"word"`
	// `true`: the function takes requests that no trigger wraps in an event, such as those of `s invoke`.
	AllowDirect bool `env:"ALLOW_DIRECT" kind:"word" envDefault:"true"`
	// The kinds of events that the function takes: `eventbridge`, `timer`, `http`, `direct`, separated by commas.
	// Without it: all ([when to restrict them](deploy.md#who-wrote-the-event)).
	EventKinds []string `env:"EVENT_KINDS" kind:"word"`
	// The largest age of an event. Older events are `stale`, and stop nothing.
	MaxEventAge time.Duration `env:"MAX_EVENT_AGE" kind:"word" envDefault:"1h"`

	// Other accounts

	// The roles of other accounts, separated by commas: `prod=acs:ram::1234567890123456:role/stop-desktops`. A request
	// names an account by the name before `=` ([other accounts](deploy.md#other-accounts)).
	AccountRoles []string `env:"ACCOUNTS" kind:"word"`
	// The accounts that events without a route may name, separated by commas. Without it: none. For events with a
	// route, the route's `allow` lists the accounts.
	AllowedAccounts []string `env:"ALLOWED_ACCOUNTS" kind:"word"`
	// The external ID, if the trust policies of these roles require one.
	ExternalID secret.String `env:"ACCOUNTS_EXTERNAL_ID" kind:"secret"`
	// `https://host` instead of the public endpoint of STS in the function's region. `http://` on loopback only.
	STSEndpoint string `env:"STS_ENDPOINT" kind:"word"`

	// Approvals

	// The secrets that sign [approvals](operate.md#approvals): `name:whsec_…`, separated by commas. The first signs,
	// and all are accepted. List two to rotate. Without them nothing can be approved.
	ApprovalSecrets []secret.String `env:"APPROVAL_SECRETS" kind:"secret"`
	// `function`: the function itself signs a plan with a token, for ticket systems that have an approval step of their own
	// ([tokens of the function](operate.md#tokens-of-the-function)). It needs routes with `approves`. Without it,
	// `stopctl approve` makes the tokens.
	ApprovalMint string `env:"APPROVAL_MINT" kind:"word"`
	// The most desktops that the approved events of one invocation stop. If `MAX_DESKTOPS` is higher, that is the limit.
	MaxApproved int `env:"MAX_APPROVED_DESKTOPS" kind:"word" envDefault:"10000"`

	// How desktops are stopped

	// `StopCharging` or `KeepCharging`, for requests without `StoppedMode`.
	StoppedMode string `env:"STOPPED_MODE" kind:"word" envDefault:"StopCharging"`
	// How long the function waits until desktops are `Stopped`, for requests without `WaitSeconds`.
	Wait time.Duration `env:"WAIT" kind:"word" envDefault:"0s"`
	// `true`: the function plans every event, and stops nothing.
	DryRun bool `env:"DRY_RUN" kind:"word"`
	// `true`: the function stops nothing and does not call EDS. Every report is `disabled`.
	Disabled bool `env:"DISABLED" kind:"word"`
	// `false`: the function observes no desktop, and needs only the permission `ecd:StopDesktops`. Switch off both
	// tags. Requests must name their desktops. Outcomes stay `accepted`. Late or retried events are refused.
	Preflight bool `env:"PREFLIGHT" kind:"word" envDefault:"true"`
	// The most calls to EDS at once, for each account. The function begins with 8, and finds out how many EDS takes.
	APIConcurrency int `env:"API_CONCURRENCY" kind:"word" envDefault:"32"`
	// `https://host` instead of the region's public endpoint. `http://` on loopback only.
	EDSEndpoint string `env:"EDS_ENDPOINT" kind:"word"`

	// Callbacks

	// Where reports go. It is a secret: logs name the host only. `http://` on loopback only.
	CallbackURL secret.String `env:"CALLBACK_URL" kind:"text"`
	// Signs callbacks: `whsec_…`, or the secret of a robot. Several are separated by commas.
	CallbackSecrets []secret.String `env:"CALLBACK_SECRET" kind:"secret"`
	// `cloudevents` for programs. `dingtalk`, `feishu` or `wecom` for chat robots, in Chinese. With `-en` they are in
	// English. `slack`. `custom` for your template ([formats](callbacks.md#formats)).
	CallbackFormat string `env:"CALLBACK_FORMAT" kind:"word" envDefault:"cloudevents"`
	// A file beside the binary with [your own template](callbacks.md#your-own-template).
	CallbackTemplate string `env:"CALLBACK_TEMPLATE" kind:"text"`
	// `all`, or `problems`: only reports that are partial, failed, rejected or blocked go to `CALLBACK_URL`.
	CallbackOn string `env:"CALLBACK_ON" kind:"word" envDefault:"all"`
	// The hosts that an event's `CallbackUrl` may name, separated by commas. Without it: none.
	CallbackAllowed []string `env:"CALLBACK_ALLOWED_HOSTS" kind:"word"`
	// The timeout of one attempt. An attempt also ends after half of the time that is left.
	CallbackTimeout time.Duration `env:"CALLBACK_TIMEOUT" kind:"word" envDefault:"10s"`
	// The most desktops that one callback names. `Truncated` counts the others.
	CallbackMaxDesktops int `env:"CALLBACK_MAX_DESKTOPS" kind:"word" envDefault:"100"`

	// HTTP

	// How HTTP events are authenticated: `standard`, `hub-sha256`, `zendesk`, `pagerduty`, `token` or `gateway`
	// ([schemes](webhooks.md#schemes)). Without it they are refused.
	WebhookAuth string `env:"WEBHOOK_AUTH" kind:"word"`
	// Accepted secrets, separated by commas, each at least 16 bytes. List two to rotate.
	WebhookSecrets []secret.String `env:"WEBHOOK_SECRETS" kind:"secret"`
	// The header that holds the token of the scheme `token`. In `Authorization`, `Bearer` comes before the token.
	WebhookTokenHeader string `env:"WEBHOOK_TOKEN_HEADER" kind:"word" envDefault:"Authorization"`
	// The [routes](webhooks.md#routes) file. For each path it says who may send, and how a body becomes a request.
	// Without it: `routes.yaml` beside the binary, if that exists.
	RoutesFile string `env:"ROUTES_FILE" kind:"text"`

	// Log

	// `debug`, `info`, `warn` or `error`.
	LogLevel slog.Level `env:"LOG_LEVEL" kind:"word" envDefault:"info"`

	// Set by the platform

	// The function's region.
	Region string `env:"FC_REGION"`
	// The function's name.
	FunctionName string `env:"FC_FUNCTION_NAME" envDefault:"stop-desktops"`
	// The folder in which the code package was unpacked.
	CodePath string `env:"FC_FUNC_CODE_PATH"`
	// Must not be `*`, and must not contain `dara`, `tea` or `credential`: these make the SDK print credentials.
	Debug string `env:"DEBUG"`

	// Routes of the routes file; nil: there is none.
	Routes *routes.Table
	// Callback is where reports go, and in which format; nil: there is no such place, or it has a
	// fault.
	Callback *callback.Destination

	// Accounts are the ARNs of ACCOUNTS, by name.
	Accounts map[string]string
	// Denied are the desktops of DENY_DESKTOPS and DENY_FILE.
	Denied []string
	// Calendar of CALENDAR_FILE; nil: there is none, or it has a fault.
	Calendar *calendar.Calendar
	// Approvals are the keys of APPROVAL_SECRETS; nil: there are none, or one has a fault.
	Approvals *approval.Keys
	// Location of TIMEZONE.
	Location *time.Location
	// Kinds of events that are taken: those of EVENT_KINDS.
	Kinds []events.Kind
}

// Variables are the names of all environment variables that Read reads.
func Variables() []string {
	var names []string
	for field := range reflect.TypeFor[Config]().Fields() {
		if name := field.Tag.Get("env"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// Faults are what is wrong with a configuration, at most one for each variable.
type Faults map[string]string

// Error names every variable and its fault, in one line.
func (f Faults) Error() string {
	var texts []string
	for _, variable := range slices.Sorted(maps.Keys(f)) {
		texts = append(texts, variable+" "+f[variable])
	}
	return strings.Join(texts, "; ")
}

// add a fault of a variable, unless one is known already: the second often follows from the first.
func (f Faults) add(variable, format string, args ...any) {
	if f[variable] == "" {
		f[variable] = fmt.Sprintf(format, args...)
	}
}

// Add the fault that err is, if it is one, to a variable.
func (f Faults) Add(variable string, err error) {
	if err != nil {
		f.add(variable, "%s", strings.ReplaceAll(err.Error(), "\n", ", "))
	}
}

// AddAll adds faults by their variables.
func (f Faults) AddAll(errs map[string]error) {
	for variable, err := range errs {
		f.Add(variable, err)
	}
}

// Read takes the configuration from variables, as os.Environ gives them. With faults, the Config is
// complete as far as it could be read, so that a good log level holds although something else is bad.
func Read(environ []string) (Config, Faults) {
	var c Config
	faults := Faults{}
	vars := checkCharacters(env.ToMap(environ), faults)
	addParseFaults(faults, env.ParseWithOptions(&c, env.Options{Environment: withoutEmpty(vars)}))
	c.switchOff(vars)
	trimSecrets(c.CallbackSecrets)
	trimSecrets(c.WebhookSecrets)
	c.AllowedRegions = trim(c.AllowedRegions)
	c.readKinds(faults)
	c.readApprovals(faults)
	c.readAccounts(faults)
	c.CallbackAllowed = trim(c.CallbackAllowed)
	c.DenyUsers = trim(c.DenyUsers)
	if len(c.AllowedRegions) == 0 && c.Region != "" {
		c.AllowedRegions = []string{c.Region}
	}
	c.check(faults)
	c.readDeny(faults)
	c.readCalendar(faults)
	c.readLocation(faults)
	settings := c.callbackSettings(faults)
	destination, bad := settings.Destination(callback.Variables)
	if faults.AddAll(bad); len(bad) == 0 && c.hasCallback() {
		c.Callback = destination
	}
	c.readRoutes(vars, settings, faults)
	c.checkMint(faults)
	if c.WebhookAuth == "" && len(c.WebhookSecrets) > 0 && c.Routes == nil {
		faults.add("WEBHOOK_SECRETS", "is set, but WEBHOOK_AUTH is not")
	}
	return c, faults
}

// withoutEmpty takes a variable that is set to nothing as not set: deployment templates leave such.
func withoutEmpty(vars map[string]string) map[string]string {
	set := maps.Clone(vars)
	maps.DeleteFunc(set, func(_, value string) bool { return setting.Empty(value) })
	return set
}

// switchOff removes the tags whose variables are set, but empty: that is how these protections are switched
// off.
func (c *Config) switchOff(vars map[string]string) {
	for name, tag := range map[string]*string{"PROTECT_TAG": &c.ProtectTag, "KEEP_UNTIL_TAG": &c.KeepUntilTag} {
		if value, set := vars[name]; set && setting.Empty(value) {
			*tag = ""
		}
	}
}

func trim(texts []string) []string {
	for i := range texts {
		texts[i] = strings.TrimSpace(texts[i])
	}
	return slices.DeleteFunc(texts, func(text string) bool { return text == "" })
}

// trimSecrets takes the spaces of "one, two" away: no header ever carries them. An empty secret
// stays, to be refused.
func trimSecrets(secrets []secret.String) {
	for i, s := range secrets {
		secrets[i] = secret.New(strings.TrimSpace(s.Reveal()))
	}
}

// addParseFaults are the faults of single values. The library's texts show the value, which may be
// a secret in the wrong place, so only the variable is named.
func addParseFaults(faults Faults, err error) {
	var all env.AggregateError
	if !errors.As(err, &all) {
		return
	}
	for _, e := range all.Errors {
		var p env.ParseError
		if !errors.As(e, &p) {
			faults.add("environment", "could not be read")
			continue
		}
		field, _ := reflect.TypeFor[Config]().FieldByName(p.Name)
		faults.add(field.Tag.Get("env"), "must be %s", kind(p.Type))
	}
}

func kind(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[bool]():
		return "true or false"
	case reflect.TypeFor[int]():
		return "a whole number"
	case reflect.TypeFor[time.Duration]():
		return "a duration such as 30s, 5m or 1h"
	case reflect.TypeFor[slog.Level]():
		return "debug, info, warn or error"
	}
	return "readable"
}

// check holds the values against their limits.
func (c Config) check(f Faults) {
	if len(c.AllowedRegions) == 0 {
		f.add("ALLOWED_REGIONS", "is not set, and the platform named no region (FC_REGION)")
	}
	for i, region := range c.AllowedRegions {
		if !events.ValidRegionId(region) {
			f.add("ALLOWED_REGIONS", "item %d of %d is not a region ID such as cn-hangzhou", i+1, len(c.AllowedRegions))
		}
	}
	for i, user := range c.DenyUsers {
		if utf8.RuneCountInString(user) > maxUser {
			f.add("DENY_USERS", "item %d of %d is longer than %d characters", i+1, len(c.DenyUsers), maxUser)
		}
	}
	if c.StoppedMode != "StopCharging" && c.StoppedMode != "KeepCharging" {
		f.add("STOPPED_MODE", "must be StopCharging or KeepCharging")
	}
	between(f, "MAX_DESKTOPS", c.MaxDesktops, 1, 1_000_000)
	between(f, "MAX_APPROVED_DESKTOPS", c.MaxApproved, 1, events.MaxDesktopIds)
	between(f, "API_CONCURRENCY", c.APIConcurrency, 1, 100)
	between(f, "CALLBACK_MAX_DESKTOPS", c.CallbackMaxDesktops, 0, 100_000)
	between(f, "MAX_EVENT_AGE", c.MaxEventAge, time.Second, 7*24*time.Hour)
	between(f, "WAIT", c.Wait, 0, time.Hour)
	between(f, "CALLBACK_TIMEOUT", c.CallbackTimeout, time.Second, 5*time.Minute)
	unobserved := !c.Preflight && f["PREFLIGHT"] == "" // and not just unreadable
	if unobserved && c.Wait > 0 {
		f.add("WAIT", "cannot be kept with PREFLIGHT=false: the function may not observe desktops")
	}
	if unobserved && len(c.DenyUsers) > 0 {
		f.add("DENY_USERS", "cannot be honored with PREFLIGHT=false: the function may not ask whose desktops they are. Remove it, or name the desktops in DENY_DESKTOPS.")
	}
	if unobserved && c.ProtectTag != "" {
		f.add("PROTECT_TAG", "cannot be honoured with PREFLIGHT=false: set it empty, to say that you know that tags protect nothing")
	}
	if unobserved && c.KeepUntilTag != "" {
		f.add("KEEP_UNTIL_TAG", "cannot be honoured with PREFLIGHT=false: set it empty, to say that you know that tags protect nothing")
	}
	c.checkTags(f)
	if !c.hasCallback() && len(c.CallbackSecrets) > 0 {
		f.add("CALLBACK_SECRET", "is set, but CALLBACK_URL is not, nor CALLBACK_ALLOWED_HOSTS")
	}
	if c.WebhookAuth != "" && !slices.Contains(webhook.Schemes, c.WebhookAuth) {
		f.add("WEBHOOK_AUTH", "must be one of %s", strings.Join(webhook.Schemes, ", "))
	}
	if strings.Trim(c.WebhookTokenHeader, headerCharacters) != "" {
		f.add("WEBHOOK_TOKEN_HEADER", "must be the name of a header, such as X-Token: letters, digits and -")
	}
	if PrintsSecrets(c.Debug) {
		f.add("DEBUG", "makes the SDK print credentials to the log: take it away")
	}
}

// maxUser is the length of the longest end user ID, in characters: what requests take, too.
const maxUser = 128

// headerCharacters are those of the name of a header that gets through Function Compute.
const headerCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"

// hasCallback says whether there is any place that reports may go to.
func (c Config) hasCallback() bool { return !c.CallbackURL.Empty() || len(c.CallbackAllowed) > 0 }

// PrintsSecrets says whether a value of DEBUG switches on the SDK's own debugging, which prints credentials.
// The SDK reads it before main can act.
func PrintsSecrets(debug string) bool {
	return strings.Contains(debug, "dara") || strings.Contains(debug, "tea") || strings.Contains(debug, "credential") || debug == "*"
}

// readKinds of events. A list without any is a fault: it must not mean all.
func (c *Config) readKinds(f Faults) {
	names := trim(slices.Clone(c.EventKinds))
	if len(names) == 0 && len(c.EventKinds) > 0 {
		f.add("EVENT_KINDS", "names no kind: %s", kindsAdvice)
	}
	for i, name := range names {
		kind := events.Kind(name)
		if !slices.Contains(events.Kinds, kind) {
			f.add("EVENT_KINDS", "item %d of %d is no kind of event: %s", i+1, len(names), kindsAdvice)
		}
		c.Kinds = append(c.Kinds, kind)
	}
}

const kindsAdvice = "write one or more of eventbridge, timer, http, direct, separated by commas, or leave it empty for all"

// Takes reports whether the function takes events of a kind, as far as these settings say.
func (c Config) Takes(kind events.Kind) bool {
	return (len(c.Kinds) == 0 || slices.Contains(c.Kinds, kind)) && (kind != events.Direct || c.AllowDirect)
}

func between[T int | time.Duration](f Faults, variable string, value, low, high T) {
	if value < low || value > high {
		f.add(variable, "must be between %v and %v", low, high)
	}
}

// callbackSettings are what the variables say, and the skeleton of a message in a file.
func (c *Config) callbackSettings(f Faults) callback.Settings {
	s := callback.Settings{URL: c.CallbackURL, Secrets: c.CallbackSecrets, On: c.CallbackOn, Format: c.CallbackFormat}
	if c.CallbackTemplate == "" {
		return s
	}
	text, err := os.ReadFile(c.besideBinary(c.CallbackTemplate))
	if err != nil {
		f.add("CALLBACK_TEMPLATE", "names a file that cannot be read: give its path, absolute or from the folder of the function's binary")
		text = []byte{} // it is named, all the same
	}
	if text, err = setting.Decode(text); err != nil {
		f.Add("CALLBACK_TEMPLATE", err)
		text = []byte{}
	}
	s.Skeleton = text
	return s
}

// zoneData is the IANA time zone data of the Go distribution, packed beside the binary: the platform's
// image need not have any, and in the binary it would cost half a megabyte.
const zoneData = "zoneinfo.zip"

func (c *Config) readLocation(f Faults) {
	if data := filepath.Join(c.codePath(), zoneData); os.Getenv("ZONEINFO") == "" {
		if _, err := os.Stat(data); err == nil {
			_ = os.Setenv("ZONEINFO", data) // read by package time, at the first zone that is asked for
		}
	}
	location, err := time.LoadLocation(c.Timezone)
	if err != nil || c.Timezone == "Local" {
		f.add("TIMEZONE", "must be an IANA time zone such as Asia/Shanghai")
		location = time.UTC
	}
	c.Location = location
}
