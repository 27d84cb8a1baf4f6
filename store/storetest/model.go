package storetest

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var modelTests = tests{
	"Operation_WhateverHappensInWhateverOrder_IsWhatTheModelSays": func(f *fixture) {
		rapid.Check(f.t, func(r *rapid.T) {
			m := newModel(r, f)
			r.Repeat(map[string]func(*rapid.T){
				"":             m.compare,
				"begin":        m.begin,
				"advance":      m.advance,
				"ask":          m.ask,
				"answer":       m.answer,
				"close":        m.close,
				"capture":      m.capture,
				"finish":       m.finish,
				"cancel":       m.cancel,
				"repeat write": m.repeat,
			})
		})
	},
}

// mostQuestions bounds what compare reads after each action.
const mostQuestions = 3

// model is the life of one operation, said as simply as possible.
type model struct {
	f   *fixture
	ref store.Ref

	state    session.OperationState
	owner    string
	seq      int64
	shown    int // number of the question in the row; 0 for none
	asked    map[int]session.QuestionState
	captured bool
	canceled bool

	// writes are the workflow's writes so far, each to be repeated at any time.
	writes []func() error
}

func newModel(r *rapid.T, f *fixture) *model {
	name := session.NewID("")
	op, err := f.CreateOperation(f.t.Context(), promise("session-"+name, "op_"+name))
	require.NoError(r, err)
	return &model{f: f, ref: refOf(op.ID), state: session.OperationQueued, asked: map[int]session.QuestionState{}}
}

// compare reads everything and compares it with the model.
func (m *model) compare(r *rapid.T) {
	ctx := m.f.t.Context()
	op, err := m.f.GetOperation(ctx, m.ref)
	require.NoError(r, err)
	require.Equal(r, m.state, op.State)
	require.Equal(r, m.owner, op.RunID)
	require.Equal(r, m.seq, op.Seq)
	require.Equal(r, m.canceled, !op.CancelRequestedAt.IsZero())
	require.Equal(r, m.state.Final(), !op.FinishedAt.IsZero())
	require.Equal(r, m.shown != 0, op.Question != nil)
	if op.Question != nil {
		require.Equal(r, m.shown, op.Question.Number)
		require.Equal(r, session.OperationWaiting, op.State)
	}
	for number, want := range m.asked {
		_, state, err := m.f.GetQuestion(ctx, m.ref, codeQuestion(m.ref, number).ID)
		require.NoError(r, err)
		require.Equal(r, want, state, "question %d", number)
	}
	_, err = m.f.OperationSecrets(ctx, m.ref)
	require.Equal(r, m.state.Final(), errors.Is(err, store.ErrSecretsErased))
	_, err = m.f.Capture(ctx, m.ref)
	require.Equal(r, !m.captured, errors.Is(err, store.ErrNotFound))
}

// transition draws a write of a run, mostly of the owner and with the next sequence number.
func (m *model) transition(r *rapid.T, state session.OperationState) store.Transition {
	w := write(m.ref, m.seq+rapid.Int64Range(-1, 2).Draw(r, "seq"), state)
	w.RunID = rapid.SampledFrom([]string{run, run, run, otherRun}).Draw(r, "run")
	if answered := m.inState(session.QuestionAnswered); len(answered) > 0 && rapid.Bool().Draw(r, "consume") {
		w.ConsumedQuestion = codeQuestion(m.ref, answered[0]).ID
	}
	w.At = after(time.Minute)
	return w
}

func (m *model) inState(state session.QuestionState) (numbers []int) {
	for _, number := range slices.Sorted(maps.Keys(m.asked)) {
		if m.asked[number] == state {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// live reports what every write of the workflow must fulfil; the error is checked here.
func (m *model) live(r *rapid.T, w store.Transition, err error) bool {
	if m.state.Final() || m.owner != w.RunID {
		require.ErrorIs(r, err, store.ErrOperationOver)
		return false
	}
	return true
}

func (m *model) begin(r *rapid.T) {
	w := m.transition(r, session.OperationRunning)
	w.ConsumedQuestion = ""
	call := func() error { _, err := m.f.BeginOperation(m.f.t.Context(), w); return err }
	err := call()
	if m.state == session.OperationQueued {
		m.state, m.owner, m.seq = session.OperationRunning, w.RunID, w.Seq
		m.writes = append(m.writes, call)
	}
	if m.live(r, w, err) {
		require.NoError(r, err)
	}
}

func (m *model) advance(r *rapid.T) {
	w := m.transition(r, rapid.SampledFrom([]session.OperationState{session.OperationRunning, session.OperationWaiting}).Draw(r, "state"))
	call := func() error { _, err := m.f.AdvanceOperation(m.f.t.Context(), w); return err }
	if !m.live(r, w, call()) || w.Seq < m.seq || w.Seq == m.seq && w.State != m.state {
		return
	}
	m.writes = append(m.writes, call)
	m.state, m.seq = w.State, w.Seq
	if m.state == session.OperationRunning {
		m.closeAll(0)
	}
	m.consume(w)
}

func (m *model) ask(r *rapid.T) {
	w := m.transition(r, session.OperationWaiting)
	if w.Seq == m.seq {
		w.Seq++ // a workflow numbers its writes; repeats are another action
	}
	number := rapid.IntRange(1, min(len(m.asked)+1, mostQuestions)).Draw(r, "number")
	call := func() error {
		_, _, err := m.f.AskQuestion(m.f.t.Context(), w, codeQuestion(m.ref, number))
		return err
	}
	_, state, err := m.f.AskQuestion(m.f.t.Context(), w, codeQuestion(m.ref, number))
	if !m.live(r, w, err) {
		return
	}
	require.NoError(r, err)
	if w.Seq < m.seq {
		return
	}
	m.writes = append(m.writes, call)
	m.seq = w.Seq
	m.closeAll(number)
	if m.asked[number] == "" {
		m.asked[number] = session.QuestionOpen
	}
	m.consume(w)
	m.state, m.shown = session.OperationRunning, 0
	if m.asked[number] == session.QuestionOpen {
		m.state, m.shown = session.OperationWaiting, number
	}
	require.Equal(r, m.asked[number], state)
}

func (m *model) answer(r *rapid.T) {
	number := rapid.IntRange(1, len(m.asked)+1).Draw(r, "number")
	a := answerTo(m.ref, codeQuestion(m.ref, number).ID)
	late := rapid.IntRange(0, 3).Draw(r, "late") == 0
	if late {
		a.At = after(10 * time.Minute)
	}
	err := m.f.AnswerQuestion(m.f.t.Context(), a)
	if m.asked[number] == session.QuestionOpen && !late {
		require.NoError(r, err)
		m.asked[number] = session.QuestionAnswered
		m.state, m.shown = session.OperationRunning, 0
		return
	}
	require.Error(r, err)
}

func (m *model) close(r *rapid.T) {
	if len(m.asked) == 0 {
		return
	}
	number := rapid.IntRange(1, len(m.asked)).Draw(r, "number")
	state, err := m.f.CloseQuestion(m.f.t.Context(), m.ref, codeQuestion(m.ref, number).ID, after(time.Minute))
	require.NoError(r, err)
	if m.asked[number] == session.QuestionOpen {
		m.asked[number] = session.QuestionClosed
		m.state, m.shown = session.OperationRunning, 0
	}
	require.Equal(r, m.asked[number], state)
}

func (m *model) capture(r *rapid.T) {
	err := m.f.SaveCapture(m.f.t.Context(), m.ref, store.Sealed("candidate"), now)
	if m.state.Final() {
		require.ErrorIs(r, err, store.ErrOperationOver)
		return
	}
	require.NoError(r, err)
	m.captured = true
}

func (m *model) finish(r *rapid.T) {
	if rapid.IntRange(0, 3).Draw(r, "now") > 0 {
		return // or few operations would live long
	}
	w := m.transition(r, rapid.SampledFrom([]session.OperationState{session.OperationSucceeded, session.OperationFailed, session.OperationExpired}).Draw(r, "state"))
	call := func() error {
		_, err := m.f.FinishOperation(m.f.t.Context(), store.Finish{Transition: w})
		return err
	}
	err := call()
	switch {
	case m.state.Final():
		return // over, or a repeat by the same run: compare sees that nothing changed
	case m.owner != "" && m.owner != w.RunID:
		require.ErrorIs(r, err, store.ErrOperationOver)
	case w.Seq < m.seq:
		require.NoError(r, err)
	case !m.state.CanBecome(w.State):
		require.ErrorIs(r, err, store.ErrTransition)
	case w.State == session.OperationSucceeded && !m.captured:
		require.ErrorIs(r, err, store.ErrNotFound)
	default:
		require.NoError(r, err)
		m.writes = append(m.writes, call)
		m.state, m.seq = w.State, w.Seq
		m.consume(w)
		m.over()
	}
}

func (m *model) cancel(r *rapid.T) {
	op, err := m.f.RequestCancel(m.f.t.Context(), m.ref, after(time.Minute))
	require.NoError(r, err)
	if m.state == session.OperationQueued {
		m.state = session.OperationCanceled
		m.over()
		m.canceled = true
	}
	m.canceled = m.canceled || !m.state.Final()
	require.Equal(r, m.state, op.State)
}

// repeat makes any write again that took effect before. Its outcome is in compare: nothing changed.
func (m *model) repeat(r *rapid.T) {
	if len(m.writes) == 0 {
		return
	}
	err := m.writes[rapid.IntRange(0, len(m.writes)-1).Draw(r, "which")]()
	if err != nil {
		require.ErrorIs(r, err, store.ErrOperationOver)
		require.True(r, m.state.Final())
	}
}

func (m *model) consume(w store.Transition) {
	for number, state := range m.asked {
		if state == session.QuestionAnswered && w.ConsumedQuestion == codeQuestion(m.ref, number).ID {
			m.asked[number] = session.QuestionConsumed
		}
	}
}

// closeAll closes the open question unless it is number except.
func (m *model) closeAll(except int) {
	for number, state := range m.asked {
		if number != except && state == session.QuestionOpen {
			m.asked[number] = session.QuestionClosed
			m.shown = 0
		}
	}
}

func (m *model) over() {
	m.closeAll(0)
	m.captured = false
}
