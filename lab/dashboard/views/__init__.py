"""Building blocks of the panels: colours, plots, forms. Views only; what they show comes from the models."""
