package emulator

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// maxEnv is what all configured environment variables may take, in bytes.
const maxEnv = 4 << 10

var envName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// checkEnv refuses what Function Compute refuses to deploy.
func checkEnv(env map[string]string) error {
	size := 0
	for name, value := range env {
		size += len(name) + len(value)
		if !envName.MatchString(name) {
			return fmt.Errorf("the environment variable %q has a name that Function Compute refuses", name)
		}
		if strings.HasPrefix(name, "FC_") {
			return fmt.Errorf("the environment variable %s begins with FC_, which is reserved", name)
		}
	}
	if size > maxEnv {
		return fmt.Errorf("the environment has %d bytes; at most %d are allowed", size, maxEnv)
	}
	return nil
}

// environment is what the instance sees: the system's variables, the
// configured ones, and three of the caller's, without which programs break.
func (p *Process) environment(api string) []string {
	f, c := p.opts.Function, p.opts.EnvCredential
	if c == nil {
		c = &StaleCredential
	}
	env := map[string]string{
		"FC_RUNTIME_API":          api,
		"FC_FUNC_CODE_PATH":       filepath.Dir(p.binary),
		"FC_ACCOUNT_ID":           f.AccountId,
		"FC_FUNCTION_HANDLER":     f.Handler,
		"FC_FUNCTION_MEMORY_SIZE": strconv.Itoa(f.MemoryMB),
		"FC_FUNCTION_NAME":        f.FunctionName,
		"FC_REGION":               f.Region,
		"FC_CUSTOM_LISTEN_PORT":   "9000",
		"FC_INSTANCE_ID":          "c-emulator-" + strings.ReplaceAll(newFCRequestId(), "-", ""),
		"FC_FUNCTION_VERSION":     f.VersionId,
		"FC_VER_ID":               f.VersionId,
	}
	for _, name := range []string{"PATH", "HOME", "TMPDIR"} {
		if v, ok := os.LookupEnv(name); ok {
			env[name] = v
		}
	}
	if c.AccessKeyId != "" {
		env["ALIBABA_CLOUD_ACCESS_KEY_ID"] = c.AccessKeyId
		env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] = c.AccessKeySecret
		env["ALIBABA_CLOUD_SECURITY_TOKEN"] = c.SecurityToken
	}
	for name, value := range p.opts.Env {
		env[name] = value
	}
	var list []string
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return list
}
