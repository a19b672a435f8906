// Package emulator takes the place of the services around the stop-desktops
// function, so that the real function binary runs on a laptop, in a test or
// in CI without an account. It shares no code with what it checks: the
// signature check, the runtime protocol and the webhook verification are
// written here a second time, from the protocols.
//
// # What it emulates
//
//   - [EDS]: six actions of Elastic Desktop Service 2020-09-30 as the Go SDK
//     sends them: StopDesktops, DescribeDesktopInfo, DescribeDesktops,
//     ListTagResources, DescribeClientEvents, and StartDesktops, which the
//     function's own identity is denied.
//   - [EDS.STS]: AssumeRole of STS 2015-04-01, for the roles of several accounts.
//   - [Runtime] and [Process]: the runtime API of Function Compute 3.0 (go1)
//     and an instance that runs a binary against it.
//   - [HTTPTrigger]: the HTTP trigger of Function Compute 3.0.
//   - [Receiver]: an endpoint for callbacks that checks CloudEvents and
//     Standard Webhooks, or the robot of a chat system.
//   - [Recording]: what a real service answered to stopctl probe, as the
//     responses of [EDS].
//   - [Fleet]: the cloud computers, faults and changes as a YAML file, and
//     [Emulator], which starts EDS and Receiver on the loopback interface.
//
// Every zero value works. Every misbehaviour is an exported field. Nothing is
// random unless seeded.
//
// # Stricter, never more lenient
//
// Where the real service is documented, the emulator refuses what the
// documentation refuses, and answers only members that the response models of
// the SDK have. Where it is not, it takes the reading that is hardest
// on the client: an unknown parameter, a body, a repeated parameter or a
// signature that leaves out a header is refused although the gateway of
// Alibaba Cloud may accept it; a call with one bad ID stops or starts nothing;
// stopping a desktop cuts its user off. What a careful client must never do is also kept
// as a sentence in [EDS.Violations].
//
// # What it does not emulate
//
//   - TLS, endpoint discovery, VPC endpoints, RAM policies beyond a list of
//     denied actions, trust policies beyond a list of accounts and an external
//     ID, session policies of AssumeRole.
//   - Any other signature than ACS3-HMAC-SHA256 in the header Authorization: not
//     the one of RPC (SignatureVersion 1.0, HMAC-SHA1 in the query), not the
//     one of ROA ("acs key:signature"), not ACS3-HMAC-SM3, not ACS3-RSA-SHA256,
//     not version 4 (ACS4-HMAC-SHA256), no bearer token. The real gateway takes
//     some of them.
//   - Any other action or filter: not DescribeRegions, not sessions, not the
//     timers. DescribeDesktops knows the filters that [EDS] lists and refuses
//     the others, OnlyDesktopGroup among them.
//   - The true error codes of StopDesktops, which are not published: see
//     [EDS.StateError] and [EDS.NotFoundError]. Nor the order in which the
//     real service finds several faults in one call.
//   - States that move by themselves: Starting stays Starting. Only a stop or
//     a start by a call takes its course.
//   - Function Compute beyond one instance: no scaling, no freezing between
//     invocations, no limit of memory or CPU, no log store, no EventBridge, no
//     timer. Instances run with the rights of the caller.
//   - The HTTP trigger's authentication, CORS responses, and the inference of a
//     response from a value that is not a response: that is refused.
//
// It is made for tests and trials. Do not expose it to a network.
package emulator
