package config

import "stopdesktops/internal/approval"

// readApprovals reads the keys that approvals are signed with.
func (c *Config) readApprovals(f Faults) {
	trimSecrets(c.ApprovalSecrets)
	keys, err := approval.Read(c.ApprovalSecrets)
	f.Add("APPROVAL_SECRETS", err)
	c.Approvals = keys
	if !c.Preflight && len(c.ApprovalSecrets) > 0 && f["PREFLIGHT"] == "" {
		f.add("APPROVAL_SECRETS", "cannot be honoured with PREFLIGHT=false: the function may not ask who has used a desktop since the plan")
	}
}

// mintByFunction is the value of APPROVAL_MINT with which the function makes tokens.
const mintByFunction = "function"

// checkMint: the function makes tokens only for a ticket system that proves what it sends, and that has an approval
// step of its own.
func (c *Config) checkMint(f Faults) {
	approves := c.Routes != nil && c.Routes.Approves()
	switch {
	case c.ApprovalMint == "" && approves:
		f.add("APPROVAL_MINT", "is not set, but a route approves plans: set it to function, or take approves out of the routes file")
	case c.ApprovalMint == "":
	case c.ApprovalMint != mintByFunction:
		f.add("APPROVAL_MINT", "must be function, or empty")
	case len(c.ApprovalSecrets) == 0:
		f.add("APPROVAL_MINT", "needs APPROVAL_SECRETS to sign with: set name:whsec_<base64>, or take APPROVAL_MINT away")
	case !approves && f["ROUTES_FILE"] == "":
		f.add("APPROVAL_MINT", "needs a routes file in which a route with a signing scheme, such as standard or hub-sha256, approves the plans of another or of itself: add approves: [/path], or take APPROVAL_MINT away")
	}
}
