package eds

import (
	"context"
	"testing"

	"github.com/alibabacloud-go/tea/dara"

	sdk "github.com/alibabacloud-go/ecd-20200930/v5/client"
)

// TestFaultOfTheSDK: a panic while it signs fails the call, and not the process.
func TestFaultOfTheSDK(t *testing.T) {
	request := sign(context.Background(), nil, func(context.Context, *sdk.Client, *dara.RuntimeOptions) error { panic("a fault") })
	if request != nil {
		t.Errorf("signed: %v", request)
	}
}
