package emulator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Robots that a [Receiver] can be: the group robots of chat systems. They take a
// message in a shape of their own and say in the body whether they took it; the
// status is 200 either way. Checked are the shape's outermost members and, with
// Secrets, the sign of DingTalk and Feishu. Rate limits, keywords and the layout of
// cards are not emulated.
const (
	RobotDingTalk = "dingtalk"
	RobotFeishu   = "feishu"
	RobotWeCom    = "wecom"
	RobotSlack    = "slack"
	// RobotCustom takes any JSON object: what another system requires is not known here.
	RobotCustom = "custom"
)

// A robot knows how messages to it look and how it answers.
type robot struct {
	members         []string // one of them must be in a message
	took            string
	refused         string
	refusedStatus   int
	timestampMillis bool
}

var robots = map[string]robot{
	RobotDingTalk: {[]string{"msgtype"}, `{"errcode":0,"errmsg":"ok"}`, `{"errcode":310000,"errmsg":"refused"}`, http.StatusOK, true},
	RobotFeishu:   {[]string{"msg_type"}, `{"code":0,"msg":"success"}`, `{"code":19021,"msg":"refused"}`, http.StatusOK, false},
	RobotWeCom:    {[]string{"msgtype"}, `{"errcode":0,"errmsg":"ok"}`, `{"errcode":93017,"errmsg":"refused"}`, http.StatusOK, false},
	RobotSlack:    {[]string{"text", "blocks"}, `ok`, `invalid_payload`, http.StatusBadRequest, false},
	RobotCustom:   {nil, `{}`, `the body is not a JSON object`, http.StatusBadRequest, false},
}

// robotWindow is how far the signed time may be from ours.
const robotWindow = time.Hour

// checkRobot fills in whether the robot takes a message, and what it answers.
func (rc *Receiver) checkRobot(d *Delivery, name string, secrets []string, query url.Values, now time.Time) {
	r := robots[name]
	d.Err = robotFault(name, r, secrets, d, query, now)
	d.reply = r.took
	if d.Err != "" {
		d.Status, d.reply = r.refusedStatus, r.refused
	}
}

// robotFault says what is wrong with a message; empty if nothing is.
func robotFault(name string, r robot, secrets []string, d *Delivery, query url.Values, now time.Time) string {
	var message map[string]json.RawMessage
	if err := json.Unmarshal(d.Body, &message); err != nil {
		return "the message is not a JSON object"
	}
	known := r.members == nil
	for _, m := range r.members {
		known = known || message[m] != nil
	}
	if !known {
		return "the message has none of the members " + name + " requires"
	}
	if len(secrets) == 0 {
		return ""
	}
	switch name {
	case RobotDingTalk:
		return robotSign(d, name, r, secrets, query.Get("timestamp"), query.Get("sign"), now)
	case RobotFeishu:
		var signed struct{ Timestamp, Sign string }
		if json.Unmarshal(d.Body, &signed) != nil {
			return "timestamp and sign are not texts"
		}
		return robotSign(d, name, r, secrets, signed.Timestamp, signed.Sign, now)
	}
	return ""
}

func robotSign(d *Delivery, name string, r robot, secrets []string, timestamp, sign string, now time.Time) string {
	n, err := strconv.ParseInt(timestamp, 10, 64)
	at := time.Unix(n, 0)
	if r.timestampMillis {
		at = time.UnixMilli(n)
	}
	if err != nil || now.Sub(at).Abs() > robotWindow {
		return "the timestamp is missing, or more than an hour from ours"
	}
	for _, secret := range secrets {
		key, text := secret, timestamp+"\n"+secret // DingTalk
		if name == RobotFeishu {
			key, text = text, ""
		}
		m := hmac.New(sha256.New, []byte(key))
		m.Write([]byte(text))
		if hmac.Equal([]byte(base64.StdEncoding.EncodeToString(m.Sum(nil))), []byte(sign)) {
			d.SignatureOK = true
			return ""
		}
	}
	return "the sign is wrong"
}
