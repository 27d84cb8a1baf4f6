package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/anteroom/anteroom/session"
	"github.com/anteroom/anteroom/store"
)

var questionTests = tests{
	"AskQuestion_WhenNew_ShowsItInTheOperationsRow": func(f *fixture) {
		ref, question := f.waiting("a")
		require.Equal(f.t, codeQuestion(ref, 1), question)
		op := f.operation(ref)
		require.Equal(f.t, session.OperationWaiting, op.State)
		require.Equal(f.t, session.StepWaitingInput, op.Step)
		require.Equal(f.t, &question, op.Question)
		require.EqualValues(f.t, 2, op.Seq)
		got, state, err := f.GetQuestion(f.t.Context(), ref, question.ID)
		require.NoError(f.t, err)
		require.Equal(f.t, question, got)
		require.Equal(f.t, session.QuestionOpen, state)
	},
	"QuestionByNumber_WhateverItsState_SaysWhereItBelongsAndWhatBecameOfIt": func(f *fixture) {
		open, question := f.waiting("a")
		want := store.AskedQuestion{Ref: open, Question: question, State: session.QuestionOpen}
		got, err := f.QuestionByNumber(f.t.Context(), open.Operation, 1)
		require.NoError(f.t, err)
		require.Equal(f.t, want, got)

		_, err = f.CloseQuestion(f.t.Context(), open, question.ID, after(time.Minute))
		require.NoError(f.t, err)
		want.State, want.ClosedAt = session.QuestionClosed, after(time.Minute)
		got, err = f.QuestionByNumber(f.t.Context(), open.Operation, 1)
		require.NoError(f.t, err)
		require.Equal(f.t, want, got)

		answered, _ := f.answered("b")
		got, err = f.QuestionByNumber(f.t.Context(), answered.Operation, 1)
		require.NoError(f.t, err)
		require.Equal(f.t, session.QuestionAnswered, got.State)
		require.Equal(f.t, answerTo(answered, got.Question.ID).At, got.AnsweredAt)
		require.Zero(f.t, got.ClosedAt)
	},
	"QuestionByNumber_WhenNeverAsked_IsNotFound": func(f *fixture) {
		ref, _ := f.waiting("a")
		for operation, number := range map[string]int{ref.Operation: 2, "op_none": 1, "": 0} {
			_, err := f.QuestionByNumber(f.t.Context(), operation, number)
			require.ErrorIs(f.t, err, store.ErrNotFound)
		}
	},
	"AskQuestion_WhenRepeated_KeepsTheFirstExpiresAt": func(f *fixture) {
		ref, question := f.waiting("a")
		for _, seq := range []int64{2, 3} { // the same write, and the number again later
			changed := question
			changed.ExpiresAt, changed.Message = after(time.Hour), "another"
			stored, state, err := f.AskQuestion(f.t.Context(), write(ref, seq, session.OperationWaiting), changed)
			require.NoError(f.t, err)
			require.Equal(f.t, session.QuestionOpen, state)
			require.Equal(f.t, question, stored)
			require.Equal(f.t, &question, f.operation(ref).Question)
		}
		late := answerTo(ref, question.ID)
		late.At = question.ExpiresAt
		var stale *store.QuestionStaleError
		require.ErrorAs(f.t, f.AnswerQuestion(f.t.Context(), late), &stale)
		require.True(f.t, stale.Expired)
	},
	"AskQuestion_WhenTimesAreFiner_StoresMilliseconds": func(f *fixture) {
		ref := f.running("a")
		q := codeQuestion(ref, 1)
		q.ExpiresAt = q.ExpiresAt.Add(789 * time.Microsecond).In(time.FixedZone("west", -3600))
		stored, _, err := f.AskQuestion(f.t.Context(), write(ref, 2, session.OperationWaiting), q)
		require.NoError(f.t, err)
		require.Equal(f.t, codeQuestion(ref, 1).ExpiresAt, stored.ExpiresAt)
	},
	"AskQuestion_WhenRepeatedAfterTheAnswer_ShowsNothing": func(f *fixture) {
		ref, question := f.answered("a")
		for _, seq := range []int64{2, 3} {
			stored, state, err := f.AskQuestion(f.t.Context(), write(ref, seq, session.OperationWaiting), question)
			require.NoError(f.t, err)
			require.Equal(f.t, question, stored)
			require.Equal(f.t, session.QuestionAnswered, state)
			op := f.operation(ref)
			require.Equal(f.t, session.OperationRunning, op.State)
			require.Nil(f.t, op.Question)
		}
	},
	"AskQuestion_WhenRepeatedAfterItClosed_ShowsNothing": func(f *fixture) {
		ref, question := f.waiting("a")
		_, err := f.CloseQuestion(f.t.Context(), ref, question.ID, after(time.Hour))
		require.NoError(f.t, err)
		_, state, err := f.AskQuestion(f.t.Context(), write(ref, 2, session.OperationWaiting), question)
		require.NoError(f.t, err)
		require.Equal(f.t, session.QuestionClosed, state)
		require.Nil(f.t, f.operation(ref).Question)
		require.Equal(f.t, session.OperationRunning, f.operation(ref).State)
	},
	"AskQuestion_WhenAnotherIsOpen_ClosesThat": func(f *fixture) {
		ref, first := f.waiting("a")
		second := f.ask(ref, 3, 2)
		f.requireQuestion(ref, first.ID, session.QuestionClosed)
		require.Equal(f.t, &second, f.operation(ref).Question)

		stored, state, err := f.AskQuestion(f.t.Context(), write(ref, 2, session.OperationWaiting), first)
		require.NoError(f.t, err, "a late repeat of the first has no effect")
		require.Equal(f.t, session.QuestionClosed, state)
		require.Equal(f.t, first, stored)
		require.Equal(f.t, &second, f.operation(ref).Question)
		f.requireQuestion(ref, second.ID, session.QuestionOpen)
	},
	"AskQuestion_WhenSeqIsSmallerAndItWasNeverAsked_AsksNothing": func(f *fixture) {
		ref, first := f.waiting("a")
		late := codeQuestion(ref, 2)
		_, state, err := f.AskQuestion(f.t.Context(), write(ref, 1, session.OperationWaiting), late)
		require.NoError(f.t, err)
		require.Equal(f.t, session.QuestionClosed, state)
		_, _, err = f.GetQuestion(f.t.Context(), ref, late.ID)
		require.ErrorIs(f.t, err, store.ErrQuestionUnknown)
		require.Equal(f.t, &first, f.operation(ref).Question)
	},
	"AskQuestion_WhenItConsumesAnAnswer_AsksTheNext": func(f *fixture) {
		ref, first := f.answered("a")
		w := write(ref, 3, session.OperationWaiting)
		w.ConsumedQuestion = first.ID
		second := codeQuestion(ref, 2)
		second.Attempt, second.Reason = 2, "code_rejected"
		_, state, err := f.AskQuestion(f.t.Context(), w, second)
		require.NoError(f.t, err)
		require.Equal(f.t, session.QuestionOpen, state)
		f.requireQuestion(ref, first.ID, session.QuestionConsumed)
		require.Equal(f.t, &second, f.operation(ref).Question)
	},
	"AskQuestion_WhenUnnumbered_IsRefused": func(f *fixture) {
		ref := f.running("a")
		before := f.operation(ref)
		_, _, err := f.AskQuestion(f.t.Context(), write(ref, 2, session.OperationWaiting), codeQuestion(ref, 0))
		require.Error(f.t, err)
		require.Equal(f.t, before, f.operation(ref))
	},
	"CloseQuestion_WhenOpen_HidesIt": func(f *fixture) {
		ref, question := f.waiting("a")
		for range 2 {
			state, err := f.CloseQuestion(f.t.Context(), ref, question.ID, question.ExpiresAt)
			require.NoError(f.t, err)
			require.Equal(f.t, session.QuestionClosed, state)
		}
		op := f.operation(ref)
		require.Nil(f.t, op.Question)
		require.Equal(f.t, session.OperationRunning, op.State)
		require.EqualValues(f.t, 2, op.Seq, "closing is no write of the workflow's sequence")
	},
	"CloseQuestion_WhenAnAnswerCameFirst_SaysSo": func(f *fixture) {
		ref, question := f.answered("a")
		state, err := f.CloseQuestion(f.t.Context(), ref, question.ID, question.ExpiresAt)
		require.NoError(f.t, err)
		require.Equal(f.t, session.QuestionAnswered, state)
		_, err = f.AnswerInput(f.t.Context(), ref, question.ID)
		require.NoError(f.t, err)
	},
	"CloseQuestion_WhenANewerOneIsOpen_LeavesThat": func(f *fixture) {
		ref, first := f.waiting("a")
		second := f.ask(ref, 3, 2)
		state, err := f.CloseQuestion(f.t.Context(), ref, first.ID, after(time.Hour))
		require.NoError(f.t, err)
		require.Equal(f.t, session.QuestionClosed, state)
		require.Equal(f.t, &second, f.operation(ref).Question)
	},
	"CloseQuestion_WhenOperationIsFinal_ReturnsTheState": func(f *fixture) {
		ref, question := f.waiting("a")
		final, err := f.FinishOperation(f.t.Context(), end(ref, 9, session.OperationFailed))
		require.NoError(f.t, err)
		state, err := f.CloseQuestion(f.t.Context(), ref, question.ID, after(time.Hour))
		require.NoError(f.t, err)
		require.Equal(f.t, session.QuestionClosed, state)
		require.Equal(f.t, final, f.operation(ref))
	},
	"Questions_WhenUnknown_SayWhatIsUnknown": func(f *fixture) {
		ref, question := f.waiting("a")
		for id, want := range map[store.Ref]error{ref: store.ErrQuestionUnknown, refOf("op_nobody"): store.ErrNotFound} {
			_, _, err := f.GetQuestion(f.t.Context(), id, "ask_made_up")
			require.ErrorIs(f.t, err, want)
			_, err = f.CloseQuestion(f.t.Context(), id, "ask_made_up", now)
			require.ErrorIs(f.t, err, want)
			_, err = f.AnswerInput(f.t.Context(), id, "ask_made_up")
			require.ErrorIs(f.t, err, want)
		}
		other := f.running("b")
		_, _, err := f.GetQuestion(f.t.Context(), other, question.ID)
		require.ErrorIs(f.t, err, store.ErrQuestionUnknown, "another operation's question")
	},
}
