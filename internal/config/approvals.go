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
