package eds

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"

	"stopdesktops/events"
	"stopdesktops/internal/secret"
	"stopdesktops/internal/stop"
)

// parameters of a call, by their names. The vendor's signature takes pointers.
type parameters map[string]*string

// set adds a parameter, unless its value is empty: the API treats an empty parameter as a value.
func (p parameters) set(name, value string) {
	if value != "" {
		p[name] = &value
	}
}

// list adds a parameter that is a list: name.1, name.2 and so on.
func (p parameters) list(name string, values []string) {
	for i := range values {
		p[name+"."+strconv.Itoa(i+1)] = &values[i]
	}
}

// api is one action of one version of an API.
type api struct{ action, version string }

func rpc(action, version string) api { return api{action, version} }

// sign builds the request of a call to a region, and returns the credentials that signed it. A region that is
// not allowed never becomes part of a host name.
func (s *Session) sign(ctx context.Context, action, regionID string, query parameters) (*http.Request, secret.Credentials, error) {
	if !events.ValidRegionId(regionID) || !slices.Contains(s.client.regions, regionID) {
		return nil, secret.Credentials{}, &stop.CallError{Family: stop.Invalid, Code: "RegionNotAllowed", Message: "the region is not among those allowed"}
	}
	credentials, err := s.credentials.get(ctx)
	if err != nil {
		return nil, secret.Credentials{}, err
	}
	query.set("RegionId", regionID)
	protocol, host := s.client.Endpoint(regionID)
	request := sign(ctx, credentials, protocol, host, rpc(action, "2020-09-30"), query)
	if request == nil {
		return nil, secret.Credentials{}, notSigned()
	}
	return request, credentials, nil
}

const signatureAlgorithm = "ACS3-HMAC-SHA256"

// emptyHash is the SHA-256 of an empty body: all parameters are in the URL.
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// sign builds the request of a call and signs it by the vendor's library; nil if there is no such URL. The
// request is what the SDK sends for the same call (see TestTheSDKSendsTheSame).
func sign(ctx context.Context, by secret.Credentials, protocol, host string, api api, query parameters) *http.Request {
	id, key, token := by.AccessKeyID, by.AccessKeySecret.Reveal(), by.SecurityToken.Reveal()
	nonce, hash := rand.Text(), emptyHash
	signed := map[string]*string{
		"host":                  &host,
		"x-acs-action":          &api.action,
		"x-acs-version":         &api.version,
		"x-acs-date":            openapiutil.GetTimestamp(),
		"x-acs-signature-nonce": &nonce,
		"x-acs-content-sha256":  &hash,
	}
	if token != "" {
		signed["x-acs-accesskey-id"], signed["x-acs-security-token"] = &id, &token
	}
	values := make(url.Values, len(query))
	for name, value := range query {
		values.Set(name, *value)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, protocol+"://"+host+"/?"+values.Encode(), nil)
	if err != nil {
		return nil
	}
	for name, value := range signed {
		if name != "host" {
			request.Header.Set(name, *value)
		}
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", *openapiutil.GetUserAgent(nil))
	request.Header.Set("Authorization", *openapiutil.GetAuthorization(&dara.Request{
		Method: dara.String(http.MethodPost), Pathname: dara.String("/"), Query: query, Headers: signed,
	}, dara.String(signatureAlgorithm), &hash, &id, &key))
	return request
}
