"""Training: making a static model from papers, on the processor alone."""
