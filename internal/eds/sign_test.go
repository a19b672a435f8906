package eds

import (
	"context"
	"testing"

	"github.com/alibabacloud-go/tea/dara"

	sdk "github.com/alibabacloud-go/ecd-20200930/v5/client"
)

// TestFaultOfTheSDK: a panic while it signs ends in the goroutine of the call, where it is caught and
// logged, and not in the process; what the SDK says of it may hold the request.
func TestFaultOfTheSDK(t *testing.T) {
	defer func() {
		if fault := recover(); fault != "the SDK panicked while it signed" {
			t.Errorf("%v", fault)
		}
	}()
	sign(context.Background(), nil, func(context.Context, *sdk.Client, *dara.RuntimeOptions) error { panic("x-acs-security-token: fake") })
	t.Error("signed")
}
