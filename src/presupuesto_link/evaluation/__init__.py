"""Progress, execution, one judgement per action, the audit, matrices and ranking."""
