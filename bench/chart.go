package main

func (r *Result) chart() []byte { return nil }
