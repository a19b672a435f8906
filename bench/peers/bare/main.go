// Bare is a handler that answers at once and does nothing: what the platform, its SDK and Go cost
// anybody. The benchmark (bench/) measures the function against it.
package main

import (
	"context"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
)

func main() {
	fc.Start(func(context.Context, []byte) (string, error) { return "ok", nil })
}
