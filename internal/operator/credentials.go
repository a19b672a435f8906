// Package operator finds the credentials of the person who calls stopctl. The function has nothing of it: it
// acts by the role that each invocation brings.
package operator

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/aliyun/credentials-go/credentials/providers"

	"stopdesktops/internal/secret"
)

// Identity is what calls are signed with, and where it was found: env, profile, ram_role_arn …
type Identity struct {
	secret.Credentials
	Origin string
}

// ErrNoCredentials says that none of the usual places has credentials, and what to do.
var ErrNoCredentials = errors.New("there are no credentials: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET (and " +
	"ALIBABA_CLOUD_SECURITY_TOKEN for temporary ones), or run `aliyun configure`")

// Credentials are found as all tools of Alibaba Cloud find them: in the environment, by OIDC, in the
// profiles of aliyun and of ~/.alibabacloud, or as the role of an ECS instance. With roleARN they are
// those of that role, assumed with what was found.
//
// The library's own errors are not passed on: the one of a role that cannot be assumed shows the
// source's token and signature.
func Credentials(ctx context.Context, roleARN string) (Identity, error) {
	chain := providers.NewDefaultCredentialsProvider()
	found, err := get(ctx, chain)
	switch {
	case ctx.Err() != nil:
		return Identity{}, ctx.Err()
	case err != nil || found.AccessKeyId == "" || found.AccessKeySecret == "":
		return Identity{}, ErrNoCredentials
	case roleARN == "":
		return identity(found), nil
	}
	role, err := providers.NewRAMRoleARNCredentialsProviderBuilder().
		WithCredentialsProvider(chain).
		WithRoleArn(roleARN).
		WithRoleSessionName("stopctl").
		WithDurationSeconds(int(sessionTime / time.Second)).
		Build()
	if err != nil {
		return Identity{}, errors.New("-role-arn is not the ARN of a role, such as acs:ram::1234567890123456:role/stop-desktops")
	}
	assumed, err := get(ctx, role)
	if ctx.Err() != nil {
		return Identity{}, ctx.Err()
	}
	if err != nil {
		return Identity{}, fmt.Errorf("the role of -role-arn cannot be assumed%s: check that it exists, and that its trust policy names your account", code(err))
	}
	return identity(assumed), nil
}

// sessionTime is the shortest that a role can be assumed for.
const sessionTime = 15 * time.Minute

// get does not outlast ctx, which the library does not know.
func get(ctx context.Context, p providers.CredentialsProvider) (*providers.Credentials, error) {
	type result struct {
		found *providers.Credentials
		err   error
	}
	done := make(chan result, 1)
	go func() {
		found, err := p.GetCredentials()
		done <- result{found, err}
	}()
	select {
	case r := <-done:
		return r.found, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func identity(c *providers.Credentials) Identity {
	return Identity{
		Credentials: secret.Credentials{
			AccessKeyID:     c.AccessKeyId,
			AccessKeySecret: secret.New(c.AccessKeySecret),
			SecurityToken:   secret.New(c.SecurityToken),
		},
		Origin: c.ProviderName,
	}
}

var stsCode = regexp.MustCompile(`"Code":"([A-Za-z.]{1,64})"`)

// code that STS answered, for people: the one part of the error that can be shown.
func code(err error) string {
	if m := stsCode.FindStringSubmatch(err.Error()); m != nil {
		return " (" + m[1] + ")"
	}
	return ""
}
