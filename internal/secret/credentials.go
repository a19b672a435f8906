package secret

// Credentials are the temporary keys of a role, good for one invocation only.
type Credentials struct {
	AccessKeyID     string
	AccessKeySecret String
	SecurityToken   String
}
