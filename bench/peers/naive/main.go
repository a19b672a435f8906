// Naive is what somebody would write in an hour: a client per call, 100 desktops at a time, one call
// after the other, no observation of what it stops, and the first error ends it. The benchmark (bench/)
// measures the function against it.
package main

import (
	"context"
	"os"
	"slices"
	"strings"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	ecd "github.com/alibabacloud-go/ecd-20200930/v5/client"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/aliyun/fc-runtime-go-sdk/fc"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"
)

type request struct {
	RegionId  string
	DesktopId []string
}

type answer struct{ Stopped int }

func main() {
	fc.Start(func(ctx context.Context, r request) (answer, error) {
		fcCtx, _ := fccontext.FromContext(ctx)
		var done answer
		for ids := range slices.Chunk(r.DesktopId, 100) {
			if err := stop(ctx, fcCtx.Credentials, r.RegionId, ids); err != nil {
				return done, err
			}
			done.Stopped += len(ids)
		}
		return done, nil
	})
}

func stop(ctx context.Context, key fccontext.Credentials, regionID string, ids []string) error {
	// The emulator's endpoint is http://127.0.0.1:port.
	protocol, host, _ := strings.Cut(os.Getenv("EDS_ENDPOINT"), "://")
	client, err := ecd.NewClient(&openapi.Config{
		AccessKeyId: &key.AccessKeyId, AccessKeySecret: &key.AccessKeySecret, SecurityToken: &key.SecurityToken,
		RegionId: &regionID, Endpoint: &host, Protocol: &protocol,
	})
	if err != nil {
		return err
	}
	_, err = client.StopDesktopsWithContext(ctx, &ecd.StopDesktopsRequest{
		RegionId: &regionID, DesktopId: dara.StringSlice(ids),
	}, &dara.RuntimeOptions{})
	return err
}
