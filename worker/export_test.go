package worker

// PatientHeartbeats is the interceptor of [DialOptions].
var PatientHeartbeats = patientHeartbeats
