// Package timer reads the cronExpression of a timer trigger of Function Compute, and tells when the
// trigger fires.
//
// The dialect is the one of the page "Time triggers" in Function Compute's documentation. It resembles
// other dialects of cron, and equals none of them:
//
//	field        values             special characters
//	second       0-59               none
//	minute       0-59               , - * /
//	hour         0-23               , - * /
//	day          1-31               , - * ? /
//	month        1-12 or JAN-DEC    , - * /
//	weekday      0-6 or MON-SUN     , - * ?
//
// All six fields are required. `CRON_TZ=Zone ` before them sets the time zone; without it the hours are
// UTC. n/m is every m-th value from n to the end of the field. `@every 30m` fires at an interval of whole
// minutes.
//
// What the table rules out is an [Error]: L, W and # for example. What it allows and leaves open is read as
// most cron programs read it, and is named in [Schedule.Notes]: the day that 0 means, a day of
// the month together with a weekday. No account has tried those.
//
// Only stopctl and tests import this package. It embeds the time zone database (450 KB).
package timer
