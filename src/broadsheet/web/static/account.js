// Shows the buttons that only work with script.
document.querySelectorAll(".scripted").forEach((each) => { each.hidden = false; });
