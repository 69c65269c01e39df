"""The fault lab: the whole pipeline beside a simulated ECS on bad days, and whether it held."""
