package callback

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"stopdesktops/internal/secret"
)

// Robots of DingTalk and Feishu sign the time with their secret, each in another way and place. The
// signature covers nothing else, so it goes to nobody but the robot itself.

// dingTalkURL adds timestamp and sign to the query.
func dingTalkURL(u *url.URL, key secret.String, now time.Time) *url.URL {
	timestamp := strconv.FormatInt(now.UnixMilli(), 10)
	signed := *u
	query := signed.Query()
	query.Set("timestamp", timestamp)
	query.Set("sign", mac(key.Reveal(), timestamp+"\n"+key.Reveal()))
	signed.RawQuery = query.Encode()
	return &signed
}

// feishuMessage adds timestamp and sign to the body. The signed text is the key of the HMAC here, and
// the text is empty.
func feishuMessage(message map[string]any, key secret.String, now time.Time) map[string]any {
	timestamp := strconv.FormatInt(now.Unix(), 10)
	signed := maps.Clone(message)
	signed["timestamp"] = timestamp
	signed["sign"] = mac(timestamp+"\n"+key.Reveal(), "")
	return signed
}

func mac(key, text string) string {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// passing are the codes of robots that mean busy or too many messages.
var passing = map[string][]int{
	dingTalk: {-1, 130101, 410100},
	weCom:    {-1, 45009},
	feishu:   {11232},
}

// robotResponse reads the body of a response of status 200 from a robot. An empty code is success.
func (f format) robotResponse(body []byte) (again bool, code string) {
	var a struct {
		ErrCode *int `json:"errcode"`
		Code    *int `json:"code"`
		Status  *int `json:"StatusCode"` // of older Feishu robots
	}
	if json.Unmarshal(body, &a) != nil {
		return false, "robot_unreadable"
	}
	said := a.ErrCode
	if f.platform == feishu {
		if said = a.Code; said == nil {
			said = a.Status
		}
	}
	switch {
	case said == nil:
		return false, "robot_unreadable"
	case *said == 0:
		return false, ""
	}
	return slices.Contains(passing[f.platform], *said), "robot_" + strconv.Itoa(*said)
}

// respondsInBody says whether only the body of a response shows success.
func (f format) respondsInBody() bool {
	return f.platform == dingTalk || f.platform == feishu || f.platform == weCom
}
