package emulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// apiVersion is the only version of the API that is emulated.
const apiVersion = "2020-09-30"

// signatureWindow is how far x-acs-date may be from the emulator's clock.
const signatureWindow = 15 * time.Minute

// mustSign are the headers every signature covers.
var mustSign = []string{"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}

// An authorization is the parsed Authorization header of an ACS3 signature.
type authorization struct {
	accessKeyId   string
	signedHeaders []string
	signature     string
}

// parseAuthorization reads
// "ACS3-HMAC-SHA256 Credential=…,SignedHeaders=a;b,Signature=…". Order, case
// and spacing are those of the protocol; nothing else is understood.
func parseAuthorization(header string) (authorization, *apiError) {
	var a authorization
	if header == "" {
		return a, errMissing("Authorization")
	}
	rest, ok := strings.CutPrefix(header, "ACS3-HMAC-SHA256 ")
	if !ok {
		return a, errSignature("IncompleteSignature", "the signature algorithm is not ACS3-HMAC-SHA256")
	}
	parts := strings.Split(rest, ",")
	if len(parts) != 3 {
		return a, errSignature("IncompleteSignature", "the Authorization header does not have three parts")
	}
	var signed string
	for i, field := range []struct {
		name string
		to   *string
	}{{"Credential=", &a.accessKeyId}, {"SignedHeaders=", &signed}, {"Signature=", &a.signature}} {
		value, ok := strings.CutPrefix(parts[i], field.name)
		if !ok || value == "" {
			return a, errSignature("IncompleteSignature", "the Authorization header lacks "+field.name)
		}
		*field.to = value
	}
	a.signedHeaders = strings.Split(signed, ";")
	if !slices.IsSorted(a.signedHeaders) || len(slices.Compact(slices.Clone(a.signedHeaders))) != len(a.signedHeaders) {
		return a, errSignature("IncompleteSignature", "SignedHeaders is not sorted, or names a header twice")
	}
	return a, nil
}

// checkSigned demands that everything the service acts upon is signed: the
// headers of mustSign, and every x-acs- header that is there.
func (a authorization) checkSigned(h http.Header) *apiError {
	for _, name := range mustSign {
		if !slices.Contains(a.signedHeaders, name) {
			return errSignature("IncompleteSignature", "the header "+name+" is not signed")
		}
	}
	for name, values := range h {
		name = strings.ToLower(name)
		if !strings.HasPrefix(name, "x-acs-") {
			continue
		}
		if !slices.Contains(a.signedHeaders, name) {
			return errSignature("IncompleteSignature", "the header "+name+" is not signed")
		}
		if len(values) != 1 {
			return errSignature("IncompleteSignature", "the header "+name+" occurs more than once")
		}
	}
	return nil
}

// canonicalRequest is the text whose hash is signed.
func canonicalRequest(r *http.Request, signedHeaders []string, payloadHash string) string {
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	var b strings.Builder
	b.WriteString(r.Method + "\n" + path + "\n" + canonicalQuery(r.URL.Query()) + "\n")
	for _, name := range signedHeaders {
		value := r.Host
		if name != "host" {
			value = strings.Join(r.Header.Values(name), ",")
		}
		b.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	b.WriteString("\n" + strings.Join(signedHeaders, ";") + "\n" + payloadHash)
	return b.String()
}

// canonicalQuery sorts the parameters by name and encodes both sides as
// RFC 3986 does, which differs from url.Values.Encode in the space.
func canonicalQuery(q url.Values) string {
	names := make([]string, 0, len(q))
	for name := range q {
		names = append(names, name)
	}
	slices.Sort(names)
	var pairs []string
	for _, name := range names {
		for _, value := range q[name] {
			pairs = append(pairs, encode3986(name)+"="+encode3986(value))
		}
	}
	return strings.Join(pairs, "&")
}

// encode3986 percent-encodes everything but the unreserved characters.
func encode3986(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

// signACS3 is the signature of a canonical request.
func signACS3(secret, canonical string) string {
	hash := sha256.Sum256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("ACS3-HMAC-SHA256\n" + hex.EncodeToString(hash[:])))
	return hex.EncodeToString(mac.Sum(nil))
}

// A keyring knows who may sign.
type keyring struct {
	credentials   []Credential // nil: DefaultCredential and OperatorCredential
	permanentKeys bool         // a Credential without SecurityToken may sign
	issued        map[string]*stsSession
}

// keysOf an account, which is locked.
func keysOf(e *EDS) keyring { return keyring{e.Credentials, e.AllowPermanentKeys, e.issued} }

// authenticate finds who sent the request and that it was not tampered with.
// It does not check the nonce, which the caller keeps.
func (k keyring) authenticate(r *http.Request, body []byte, now time.Time) (*Credential, *apiError) {
	a, err := parseAuthorization(r.Header.Get("Authorization"))
	if err != nil {
		return nil, err
	}
	for _, name := range mustSign[1:] {
		if r.Header.Get(name) == "" {
			return nil, errMissing(name)
		}
	}
	if err := a.checkSigned(r.Header); err != nil {
		return nil, err
	}
	cred := k.credential(a.accessKeyId)
	if cred == nil {
		return nil, &apiError{Status: 404, Code: "InvalidAccessKeyId.NotFound", Message: "Specified access key is not found.",
			violation: "unknown AccessKeyId " + a.accessKeyId}
	}
	if err := checkDate(r.Header.Get("x-acs-date"), now); err != nil {
		return cred, err
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	if r.Header.Get("x-acs-content-sha256") != hash {
		return cred, errSignature("SignatureDoesNotMatch", "x-acs-content-sha256 is not the hash of the body")
	}
	want := signACS3(cred.AccessKeySecret, canonicalRequest(r, a.signedHeaders, hash))
	if !hmac.Equal([]byte(want), []byte(a.signature)) {
		return cred, errSignature("SignatureDoesNotMatch", "Specified signature is not matched with our calculation.")
	}
	if id := r.Header.Get("x-acs-accesskey-id"); id != "" && id != a.accessKeyId {
		return cred, errSignature("InvalidParameter", "x-acs-accesskey-id differs from the signing key")
	}
	return cred, k.checkToken(cred, r.Header.Get("x-acs-security-token"), now)
}

// checkDate accepts exactly the format of the protocol, in UTC.
func checkDate(value string, now time.Time) *apiError {
	t, ok := parseUTC(value)
	if !ok {
		return errSignature("InvalidTimeStamp.Format", "x-acs-date is not a time in UTC such as 2006-01-02T15:04:05Z")
	}
	if d := now.Sub(t); d > signatureWindow || d < -signatureWindow {
		return &apiError{Status: 400, Code: "InvalidTimeStamp.Expired", Message: "Specified time stamp or date value is expired.",
			violation: "x-acs-date is more than 15 minutes off: " + value}
	}
	return nil
}

// checkToken requires the security token that belongs to the key, not expired.
func (k keyring) checkToken(cred *Credential, token string, now time.Time) *apiError {
	switch {
	case cred.SecurityToken == "" && !k.permanentKeys:
		return errSignature("MissingSecurityToken", "a permanent access key signed; only temporary credentials are accepted")
	case token == "" && cred.SecurityToken != "":
		return errSignature("MissingSecurityToken", "SecurityToken is mandatory for this action.")
	case token != cred.SecurityToken:
		return errSignature("InvalidSecurityToken.MismatchWithAccessKey", "Specified SecurityToken mismatches with the AccessKey.")
	case !cred.Expires.IsZero() && !now.Before(cred.Expires):
		return &apiError{Status: 403, Code: "InvalidSecurityToken.Expired", Message: "Specified SecurityToken is expired."}
	}
	return nil
}

// credential finds the identity with this AccessKeyId.
func (k keyring) credential(id string) *Credential {
	known := k.credentials
	if known == nil {
		known = []Credential{DefaultCredential, OperatorCredential}
	}
	for i := range known {
		if known[i].AccessKeyId == id {
			return &known[i]
		}
	}
	if issued := k.issued[id]; issued != nil {
		return &issued.Credential
	}
	if id == StaleCredential.AccessKeyId {
		return &StaleCredential
	}
	return nil
}

// nonces holds when each nonce was used.
type nonces map[string]time.Time

// use refuses a nonce that was seen while its date could still be valid.
func (used nonces) use(nonce string, now time.Time) *apiError {
	if _, again := used[nonce]; again {
		return errNonce()
	}
	if len(used) > 200_000 {
		for n, t := range used {
			if now.Sub(t) > 2*signatureWindow {
				delete(used, n)
			}
		}
	}
	used[nonce] = now
	return nil
}
