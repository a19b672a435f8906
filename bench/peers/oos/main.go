// Oos stops desktops as the vendor's automation does (the templates ACS-ECD-BulkyStopDesktops and
// ACS::ECD::StopDesktop of Operation Orchestration Service): each desktop with calls of its own, ten desktops at
// once. A call looks at the desktop, a call stops it unless a user is connected, and a call looks again. It does not
// wait until the desktop is Stopped. The benchmark (bench/) measures the function against it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	ecd "github.com/alibabacloud-go/ecd-20200930/v5/client"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/aliyun/fc-runtime-go-sdk/fc"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"
)

// atOnce is how many desktops the templates work on at once.
const atOnce = 10

type request struct {
	RegionId  string
	DesktopId []string
}

type answer struct{ Stopped int }

func main() {
	fc.Start(func(ctx context.Context, r request) (answer, error) {
		fcCtx, _ := fccontext.FromContext(ctx)
		client, err := connect(fcCtx.Credentials, r.RegionId)
		if err != nil {
			return answer{}, err
		}
		var stopped atomic.Int64
		errs := make([]error, len(r.DesktopId))
		next := make(chan int)
		var workers sync.WaitGroup
		for range min(atOnce, len(r.DesktopId)) {
			workers.Go(func() {
				for i := range next {
					var done bool
					if done, errs[i] = stop(ctx, client, r.RegionId, r.DesktopId[i]); done {
						stopped.Add(1)
					}
				}
			})
		}
		for i := range r.DesktopId {
			next <- i
		}
		close(next)
		workers.Wait()
		return answer{int(stopped.Load())}, errors.Join(errs...)
	})
}

func stop(ctx context.Context, client *ecd.Client, regionID, id string) (done bool, err error) {
	before, err := look(ctx, client, regionID, id)
	if err != nil || dara.StringValue(before.ConnectionStatus) == "Connected" || dara.StringValue(before.DesktopStatus) != "Running" {
		return false, err
	}
	if _, err := client.StopDesktopsWithContext(ctx, &ecd.StopDesktopsRequest{RegionId: &regionID, DesktopId: []*string{&id}}, &dara.RuntimeOptions{}); err != nil {
		return false, err
	}
	after, err := look(ctx, client, regionID, id)
	return err == nil && dara.StringValue(after.DesktopStatus) != "Running", err
}

func look(ctx context.Context, client *ecd.Client, regionID, id string) (*ecd.DescribeDesktopsResponseBodyDesktops, error) {
	page, err := client.DescribeDesktopsWithContext(ctx, &ecd.DescribeDesktopsRequest{RegionId: &regionID, DesktopId: []*string{&id}}, &dara.RuntimeOptions{})
	switch {
	case err != nil:
		return nil, err
	case len(page.Body.Desktops) != 1:
		return nil, fmt.Errorf("there is no desktop %s", id)
	}
	return page.Body.Desktops[0], nil
}

func connect(key fccontext.Credentials, regionID string) (*ecd.Client, error) {
	// The emulator's endpoint is http://127.0.0.1:port.
	protocol, host, _ := strings.Cut(os.Getenv("EDS_ENDPOINT"), "://")
	return ecd.NewClient(&openapi.Config{
		AccessKeyId: &key.AccessKeyId, AccessKeySecret: &key.AccessKeySecret, SecurityToken: &key.SecurityToken,
		RegionId: &regionID, Endpoint: &host, Protocol: &protocol, MaxIdleConns: dara.Int(atOnce),
	})
}
