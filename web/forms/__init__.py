"""What people type, checked: one form for each question, in the question's own words."""
