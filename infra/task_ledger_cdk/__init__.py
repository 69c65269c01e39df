"""The CDK app: `synth` builds it, `stack` composes the constructs, `config` reads what a deployment chooses.

intake (rule, queue) -> observe -> ledger (table) -> assess -> alerts (topics)
sweep, watch (schedules) --^
"""
