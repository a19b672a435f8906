package operator_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"stopdesktops/internal/operator"
)

// alone takes away whatever credentials the machine that runs the tests has.
func alone(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
	for _, name := range []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN", "ALIBABA_CLOUD_PROFILE", "ALIBABA_CLOUD_CONFIG_FILE",
		"ALIBABA_CLOUD_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_URI", "ALIBABA_CLOUD_OIDC_TOKEN", "ALIBABA_CLOUD_OIDC_TOKEN_FILE", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_ROLE_ARN",
	} {
		t.Setenv(name, "")
	}
}

func TestCredentials(t *testing.T) {
	alone(t)
	if _, err := operator.Credentials(t.Context(), ""); !errors.Is(err, operator.ErrNoCredentials) {
		t.Errorf("without any: %v", err)
	}
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-fake")
	if _, err := operator.Credentials(t.Context(), ""); !errors.Is(err, operator.ErrNoCredentials) {
		t.Errorf("half of one: %v", err)
	}
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "fake-secret")
	who, err := operator.Credentials(t.Context(), "")
	if err != nil || who.AccessKeyID != "LTAI-fake" || who.AccessKeySecret.Reveal() != "fake-secret" || !who.SecurityToken.Empty() || !strings.Contains(who.Origin, "env") {
		t.Errorf("%+v, %v", who, err)
	}
	t.Setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "fake-token")
	if who, err = operator.Credentials(t.Context(), ""); err != nil || who.SecurityToken.Reveal() != "fake-token" {
		t.Errorf("%+v, %v", who, err)
	}
}

// TestRole: what STS does not answer shows nothing of the credentials that asked.
func TestRole(t *testing.T) {
	alone(t)
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-fake")
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "fake-secret")
	t.Setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "fake-token")
	t.Setenv("ALIBABA_CLOUD_STS_REGION", "nowhere.invalid/")
	_, err := operator.Credentials(t.Context(), "acs:ram::1234567890123456:role/fake")
	if err == nil || strings.Contains(err.Error(), "fake") || !strings.Contains(err.Error(), "cannot be assumed") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := operator.Credentials(ctx, ""); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
