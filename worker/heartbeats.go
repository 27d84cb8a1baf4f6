package worker

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	// heartbeatPatience is how long a heartbeat is tried for. Together with the second between two of them it stays below the
	// heartbeat timeout of every step, after which the server gives the step to somebody else.
	heartbeatPatience = 8 * time.Second
	// heartbeatTry bounds one try, so that a call that got lost is repeated.
	heartbeatTry = 4 * time.Second
	// heartbeatPause is between two tries.
	heartbeatPause = 200 * time.Millisecond
)

// DialOptions are what a connection to Temporal needs that workers share: heartbeats that wait for a server that is slow or
// away for some seconds.
func DialOptions() []grpc.DialOption {
	return []grpc.DialOption{grpc.WithChainUnaryInterceptor(patientHeartbeats)}
}

// patientHeartbeats tries a heartbeat for longer than the SDK does. The SDK gives it the interval between two heartbeats, a
// second here ([heartbeatThrottle]), and cancels the step when it has no answer by then: a step that works on a page, and may
// have submitted a password, would be broken off whenever the server takes a second to answer.
func patientHeartbeats(
	ctx context.Context, method string, request, reply any, connection *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	if method != workflowservice.WorkflowService_RecordActivityTaskHeartbeat_FullMethodName {
		return invoke(ctx, method, request, reply, connection, options...)
	}
	patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), heartbeatPatience)
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.Canceled) { // the step has ended; that the second is over says nothing
			cancel()
		}
	})()
	options = append(options, grpc.WaitForReady(true)) // a connection that is refused is tried again
	for {
		err := invokeFor(patient, heartbeatTry, func(ctx context.Context) error {
			return invoke(ctx, method, request, reply, connection, options...)
		})
		if !passes(err) {
			return err
		}
		select {
		case <-patient.Done():
			return err
		case <-time.After(heartbeatPause):
		}
	}
}

func invokeFor(ctx context.Context, limit time.Duration, invoke func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return invoke(ctx)
}

// passes says that an error may be gone at the next try. Everything else is an answer: the step is over, or canceled.
func passes(err error) bool {
	switch status.Code(err) { //nolint:exhaustive // the rest are answers
	case codes.Unavailable, codes.ResourceExhausted, codes.DeadlineExceeded, codes.Aborted, codes.Internal, codes.Unknown:
		return true
	}
	return false
}
